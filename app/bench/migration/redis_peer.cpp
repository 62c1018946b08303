#include "app/bench/migration/peers.hpp"
#include "app/bench/migration/private_server.hpp"

#ifdef TRIBUTARY_HAVE_HIREDIS
#include <hiredis/hiredis.h>
#endif

namespace tributary::app {

#ifdef TRIBUTARY_HAVE_HIREDIS

namespace {

struct RedisDeleter {
    void operator()(redisContext* context) const { redisFree(context); }
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using RedisReply = std::unique_ptr<redisReply, RedisDeleter>;

class RedisSession final : public Session {
 public:
    RedisSession(redisContext* context, std::uint32_t client)
        : context_(context), client_(client), random_(client) {}

    Status fill(const Load& load) override {
        for (std::size_t number = 0; number < load.objects; ++number) {
            const Bytes body = first_body(load.body_bytes, random_);
            append_set(object_name(number), body);
            TRIBUTARY_TRY(const RedisReply done, reply());
        }
        return {};
    }

    Result<Tally> run(const Load& load, Micros start) override {
        return run_in_turn(load, start, client_, [this](const ObjectNames& objects, auto& aborted) {
            return update(objects.front(), aborted);
        });
    }

    Result<std::uint64_t> count(const Load& load) override {
        std::uint64_t sum = 0;
        for (std::size_t number = 0; number < load.objects; ++number) {
            redisAppendCommand(context_.get(), "GET %s", object_name(number).c_str());
            TRIBUTARY_TRY(const RedisReply value, reply());
            TRIBUTARY_TRY(const std::uint64_t one, count_of(body_of(*value)));
            sum += one;
        }
        return sum;
    }

 private:
    static Bytes body_of(const redisReply& reply) {
        return to_bytes(std::string_view(reply.str, reply.str == nullptr ? 0 : reply.len));
    }

    void append_set(const std::string& object, const Bytes& body) {
        redisAppendCommand(context_.get(), "SET %s %b", object.c_str(), body.data(), body.size());
    }

    Result<RedisReply> reply() {
        void* raw = nullptr;
        if (redisGetReply(context_.get(), &raw) != REDIS_OK) {
            return fail(Errc::io, std::string("Redis broke the connection: ") + context_->errstr);
        }
        RedisReply answer(static_cast<redisReply*>(raw));
        if (answer->type == REDIS_REPLY_ERROR) {
            return fail(Errc::io, std::string("Redis answered: ") + answer->str);
        }
        return answer;
    }

    Result<bool> update(const std::string& object, std::uint64_t& aborted) {
        while (true) {
            redisAppendCommand(context_.get(), "WATCH %s", object.c_str());
            redisAppendCommand(context_.get(), "GET %s", object.c_str());
            TRIBUTARY_TRY(const RedisReply watched, reply());
            TRIBUTARY_TRY(const RedisReply value, reply());
            Bytes body = body_of(*value);
            TRIBUTARY_TRY(const bool handed_over, modify(body, client_, random_));
            redisAppendCommand(context_.get(), "MULTI");
            append_set(object, body);
            redisAppendCommand(context_.get(), "EXEC");
            TRIBUTARY_TRY(const RedisReply multi, reply());
            TRIBUTARY_TRY(const RedisReply queued, reply());
            TRIBUTARY_TRY(const RedisReply executed, reply());
            if (executed->type != REDIS_REPLY_NIL) return handed_over;
            ++aborted;
        }
    }

    std::unique_ptr<redisContext, RedisDeleter> context_;
    std::uint32_t client_;
    Random random_;
};

class RedisService final : public Service {
 public:
    explicit RedisService(PrivateServer server) : server_(std::move(server)) {}

    Status start() {
        return server_.start({find_program("redis-server"), "--port",
                              std::to_string(server_.port()), "--bind", "127.0.0.1", "--dir",
                              server_.folder().string(), "--appendonly", "no", "--save", ""});
    }

    Result<std::unique_ptr<Session>> connect(std::size_t number) override {
        redisContext* context = redisConnect("127.0.0.1", server_.port());
        auto session = std::make_unique<RedisSession>(context, static_cast<std::uint32_t>(number));
        if (context != nullptr && context->err == 0) return session;
        return fail(Errc::unreachable, "cannot connect to the private Redis");
    }

 private:
    PrivateServer server_;
};

}  // namespace

Result<std::unique_ptr<Service>> start_redis() {
    TRIBUTARY_TRY(PrivateServer server, PrivateServer::prepare(find_program("redis-server")));
    auto service = std::make_unique<RedisService>(std::move(server));
    TRIBUTARY_CHECK(service->start());
    return service;
}

#else

Result<std::unique_ptr<Service>> start_redis() {
    return fail(Errc::not_found,
                "was not compared: this program was built without libhiredis-dev: scripts/setup "
                "--all, and configure again");
}

#endif

}  // namespace tributary::app
