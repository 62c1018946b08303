#include "app/bench/migration/central_service.hpp"

#include <map>
#include <optional>
#include <set>
#include <thread>
#include <zmq.hpp>

#include "app/bench/migration/child_process.hpp"
#include "app/bench/migration/private_server.hpp"
#include "app/bench/migration/temporary_folder.hpp"
#include "app/control/protocol.hpp"
#include "netlayer/driver/keys.hpp"
#include "netlayer/store/sqlite_store.hpp"

namespace tributary::app {

namespace {

/// 500 records of 41 features, what an update with a computation is made from.
constexpr std::size_t kContributionBytes = 20'500;
/// Updates that go into one transaction.
constexpr std::size_t kMaxBatch = 64;

enum class CentralAsk : std::uint8_t { fill, update, read };

struct CentralRequest {
    CentralAsk ask = CentralAsk::read;
    std::uint32_t client = 0;
    std::uint64_t seed = 0;
    std::uint64_t compute_us = 0;
    ObjectNames objects{};
    Bytes data{};  ///< fill: the first version; update: the contribution
};

Bytes encode_request(const CentralRequest& request) {
    ByteWriter writer;
    writer.u8(static_cast<std::uint8_t>(request.ask));
    writer.u32(request.client);
    writer.u64(request.seed);
    writer.u64(request.compute_us);
    writer.u32(static_cast<std::uint32_t>(request.objects.size()));
    for (const std::string& object : request.objects) {
        writer.u32(static_cast<std::uint32_t>(object.size()));
        writer.put(to_bytes(object));
    }
    writer.put(request.data);
    return writer.take();
}

CentralRequest decode_request(ByteView bytes) {
    ByteReader reader(bytes);
    CentralRequest request;
    request.ask = static_cast<CentralAsk>(reader.u8());
    request.client = reader.u32();
    request.seed = reader.u64();
    request.compute_us = reader.u64();
    const std::uint32_t objects = reader.u32();
    while (reader.ok() && request.objects.size() < objects) {
        request.objects.emplace_back(as_text(reader.take(reader.u32())));
    }
    const ByteView rest = reader.rest();
    request.data = Bytes(rest.begin(), rest.end());
    return request;
}

ByteView message_bytes(const zmq::message_t& message) {
    return {message.data<std::uint8_t>(), message.size()};
}

/// The server's process.
class CentralServer {
 public:
    CentralServer(const std::string& endpoint, const netlayer::KeyPair& keys,
                  std::unique_ptr<netlayer::Store> store)
        : socket_(context_, zmq::socket_type::router), store_(std::move(store)) {
        socket_.set(zmq::sockopt::curve_server, 1);
        socket_.set(zmq::sockopt::curve_secretkey, keys.secret_key);
        socket_.bind(endpoint);
    }

    /// Until the process is ended.
    Status serve() {
        while (true) {
            TRIBUTARY_CHECK(take_waiting());
            netlayer::Batch batch;
            for (const std::string& name : changed_) batch.objects.push_back(objects_.at(name));
            changed_.clear();
            if (!batch.objects.empty()) TRIBUTARY_CHECK(store_->commit(batch));
            for (auto& [route, answer] : answers_) {
                socket_.send(route, zmq::send_flags::sndmore);
                socket_.send(zmq::buffer(answer));
            }
            answers_.clear();
        }
    }

 private:
    /// Waits for one request and takes what came with it.
    Status take_waiting() {
        for (std::size_t taken = 0; taken < kMaxBatch; ++taken) {
            zmq::message_t route;
            zmq::message_t content;
            const auto flags = taken == 0 ? zmq::recv_flags::none : zmq::recv_flags::dontwait;
            if (!socket_.recv(route, flags) || !socket_.recv(content)) return {};
            TRIBUTARY_TRY(Bytes answer, handle(decode_request(message_bytes(content))));
            answers_.emplace_back(std::move(route), std::move(answer));
        }
        return {};
    }

    Result<Bytes> handle(const CentralRequest& request) {
        if (request.ask == CentralAsk::read) {
            const ByteView body = netlayer::view(objects_[request.objects.front()].body);
            return Bytes(body.begin(), body.end());
        }
        bool handed_over = false;
        Random random(request.seed);
        for (const std::string& name : request.objects) {
            Bytes body = request.data;
            if (request.ask == CentralAsk::update) {
                std::this_thread::sleep_for(Micros(request.compute_us));
                const ByteView before = netlayer::view(objects_[name].body);
                body.assign(before.begin(), before.end());
                TRIBUTARY_TRY(const bool one, modify(body, request.client, random));
                handed_over = handed_over || one;
            }
            replace(name, std::move(body));
        }
        return Bytes{static_cast<std::uint8_t>(handed_over ? 1 : 0)};
    }

    void replace(const std::string& name, Bytes body) {
        netlayer::Object& object = objects_[name];
        object = {name, object.version + 1, std::make_shared<const Bytes>(std::move(body))};
        changed_.insert(name);
    }

    zmq::context_t context_;
    zmq::socket_t socket_;
    std::unique_ptr<netlayer::Store> store_;
    std::map<std::string, netlayer::Object> objects_;
    std::set<std::string> changed_;
    std::vector<std::pair<zmq::message_t, Bytes>> answers_;
};

class CentralSession final : public Session {
 public:
    CentralSession(const std::string& endpoint, const netlayer::KeyPair& keys, std::uint32_t client)
        : client_(client), random_(client), socket_(context_, zmq::socket_type::dealer) {
        socket_.set(zmq::sockopt::curve_serverkey, keys.public_key);
        socket_.set(zmq::sockopt::curve_publickey, keys.public_key);
        socket_.set(zmq::sockopt::curve_secretkey, keys.secret_key);
        socket_.set(zmq::sockopt::linger, 0);
        socket_.connect(endpoint);
    }

    Status fill(const Load& load) override {
        for (std::size_t number = 0; number < load.objects; ++number) {
            TRIBUTARY_TRY(const Bytes done, call({CentralAsk::fill,
                                                  client_,
                                                  0,
                                                  0,
                                                  {object_name(number)},
                                                  first_body(load.body_bytes, random_)}));
        }
        return {};
    }

    Result<Tally> run(const Load& load, Micros start) override {
        const Bytes contribution(load.compute > Micros(0) ? kContributionBytes : 0, 1);
        const auto compute = static_cast<std::uint64_t>(load.compute.count());
        const auto update = [&](const ObjectNames& objects, std::uint64_t&) -> Result<bool> {
            TRIBUTARY_TRY(const Bytes answer, call({CentralAsk::update, client_, random_.next(),
                                                    compute, objects, contribution}));
            return !answer.empty() && answer.front() == 1;
        };
        return run_in_turn(load, start, client_, update);
    }

    Result<std::uint64_t> count(const Load& load) override {
        std::uint64_t sum = 0;
        for (std::size_t number = 0; number < load.objects; ++number) {
            TRIBUTARY_TRY(const Bytes body,
                          call({CentralAsk::read, client_, 0, 0, {object_name(number)}}));
            TRIBUTARY_TRY(const std::uint64_t one, count_of(body));
            sum += one;
        }
        return sum;
    }

 private:
    Result<Bytes> call(const CentralRequest& request) {
        try {
            socket_.send(zmq::buffer(encode_request(request)));
            zmq::message_t answer;
            if (!socket_.recv(answer)) return fail(Errc::io, "the central server hung up");
            const ByteView bytes = message_bytes(answer);
            return Bytes(bytes.begin(), bytes.end());
        } catch (const zmq::error_t& error) {
            return fail(Errc::io, std::string("the central server failed: ") + error.what());
        }
    }

    std::uint32_t client_;
    Random random_;
    zmq::context_t context_;
    zmq::socket_t socket_;
};

class CentralService final : public Service {
 public:
    explicit CentralService(TemporaryFolder folder) : folder_(std::move(folder)) {}

    Status start() {
        TRIBUTARY_TRY(keys_, netlayer::generate_keys());
        TRIBUTARY_TRY(const int port, free_port());
        endpoint_ = "tcp://127.0.0.1:" + std::to_string(port);
        TRIBUTARY_TRY(server_, ChildProcess::fork([this](int channel) { return serve(channel); }));
        TRIBUTARY_TRY(const ControlFrame ready, receive_frame(server_->channel()));
        return frame_status(ready);
    }

    Result<std::unique_ptr<Session>> connect(std::size_t number) override {
        try {
            return std::make_unique<CentralSession>(endpoint_, keys_,
                                                    static_cast<std::uint32_t>(number));
        } catch (const zmq::error_t& error) {
            return fail(Errc::io, std::string("no way to the central server: ") + error.what());
        }
    }

 private:
    Status serve(int channel) const {
        TRIBUTARY_TRY(auto store, netlayer::SqliteStore::open(folder_.path() / "objects.sqlite"));
        try {
            CentralServer server(endpoint_, keys_, std::move(store));
            TRIBUTARY_CHECK(send_frame(channel, {"{}", {}}));
            return server.serve();
        } catch (const zmq::error_t& error) {
            return fail(Errc::io, std::string("the central server failed: ") + error.what());
        }
    }

    TemporaryFolder folder_;
    netlayer::KeyPair keys_;
    std::string endpoint_;
    std::optional<ChildProcess> server_;
};

}  // namespace

Result<std::unique_ptr<Service>> start_central() {
    TRIBUTARY_TRY(TemporaryFolder folder, TemporaryFolder::make());
    auto service = std::make_unique<CentralService>(std::move(folder));
    TRIBUTARY_CHECK(service->start());
    return service;
}

}  // namespace tributary::app
