#include "app/bench/migration/peers.hpp"
#include "app/bench/migration/private_server.hpp"

#ifdef TRIBUTARY_HAVE_CURL
#include <curl/curl.h>
#include <sodium.h>

#include <nlohmann/json.hpp>
#endif

namespace tributary::app {

#ifdef TRIBUTARY_HAVE_CURL

namespace {

using Json = nlohmann::ordered_json;

struct CurlDeleter {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::string base64(ByteView bytes) {
    std::string text(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_ORIGINAL), 0);
    sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(),
                      sodium_base64_VARIANT_ORIGINAL);
    text.pop_back();  // its closing zero
    return text;
}

Bytes from_base64(const std::string& text) {
    Bytes bytes(text.size());
    std::size_t size = 0;
    sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size, nullptr,
                      sodium_base64_VARIANT_ORIGINAL);
    bytes.resize(size);
    return bytes;
}

std::size_t append_answer(char* data, std::size_t size, std::size_t count, void* answer) {
    static_cast<std::string*>(answer)->append(data, size * count);
    return size * count;
}

class EtcdSession final : public Session {
 public:
    EtcdSession(const std::string& url, std::uint32_t client)
        : url_(url),
          client_(client),
          random_(client),
          handle_(curl_easy_init()),
          header_(curl_slist_append(nullptr, "Content-Type: application/json")) {
        // Without it libcurl waits for "100 Continue" before a body of this size.
        curl_slist_append(header_.get(), "Expect:");
    }

    Status fill(const Load& load) override {
        for (std::size_t number = 0; number < load.objects; ++number) {
            const Bytes body = first_body(load.body_bytes, random_);
            TRIBUTARY_TRY(const Json done, post("/v3/kv/put", {{"key", key(object_name(number))},
                                                               {"value", base64(body)}}));
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
            TRIBUTARY_TRY(const Json answer, fetch(object_name(number)));
            const Bytes body = from_base64(answer["kvs"][0].value("value", std::string()));
            TRIBUTARY_TRY(const std::uint64_t one, count_of(body));
            sum += one;
        }
        return sum;
    }

 private:
    static std::string key(const std::string& object) { return base64(to_bytes(object)); }

    Result<Json> post(const std::string& path, const Json& request) {
        const std::string body = request.dump();
        std::string answer;
        CURL* handle = handle_.get();
        curl_easy_setopt(handle, CURLOPT_URL, (url_ + path).c_str());
        curl_easy_setopt(handle, CURLOPT_HTTPHEADER, header_.get());
        curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body.data());
        curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
        curl_easy_setopt(handle, CURLOPT_TCP_NODELAY, 1L);
        curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, append_answer);
        curl_easy_setopt(handle, CURLOPT_WRITEDATA, &answer);
        const CURLcode code = curl_easy_perform(handle);
        if (code != CURLE_OK) {
            return fail(Errc::io,
                        std::string("etcd broke the connection: ") + curl_easy_strerror(code));
        }
        Json json = Json::parse(answer, nullptr, false);
        if (json.is_object() && !json.contains("error")) return json;
        return fail(Errc::io, "etcd answered: " + answer.substr(0, 200));
    }

    Result<Json> fetch(const std::string& object) {
        TRIBUTARY_TRY(Json answer, post("/v3/kv/range", {{"key", key(object)}}));
        if (answer.contains("kvs") && !answer["kvs"].empty()) return answer;
        return fail(Errc::corrupt, "etcd has lost " + object);
    }

    Result<bool> update(const std::string& object, std::uint64_t& aborted) {
        while (true) {
            TRIBUTARY_TRY(const Json answer, fetch(object));
            const Json& entry = answer["kvs"][0];
            Bytes body = from_base64(entry.value("value", std::string()));
            TRIBUTARY_TRY(const bool handed_over, modify(body, client_, random_));
            const Json compare{{"key", key(object)},
                               {"target", "MOD"},
                               {"result", "EQUAL"},
                               {"mod_revision", entry.value("mod_revision", std::string())}};
            const Json put{{"request_put", {{"key", key(object)}, {"value", base64(body)}}}};
            TRIBUTARY_TRY(const Json done, post("/v3/kv/txn", {{"compare", Json::array({compare})},
                                                               {"success", Json::array({put})}}));
            if (done.value("succeeded", false)) return handed_over;
            ++aborted;
        }
    }

    std::string url_;
    std::uint32_t client_;
    Random random_;
    std::unique_ptr<CURL, CurlDeleter> handle_;
    std::unique_ptr<curl_slist, CurlDeleter> header_;
};

class EtcdService final : public Service {
 public:
    explicit EtcdService(PrivateServer server) : server_(std::move(server)) {}

    Status start() {
        TRIBUTARY_TRY(const int peer_port, free_port());
        const std::string peer = "http://127.0.0.1:" + std::to_string(peer_port);
        return server_.start({find_program("etcd"), "--data-dir",
                              (server_.folder() / "data").string(), "--listen-client-urls", url(),
                              "--advertise-client-urls", url(), "--listen-peer-urls", peer,
                              "--initial-advertise-peer-urls", peer, "--initial-cluster",
                              "default=" + peer, "--log-level", "error"});
    }

    Result<std::unique_ptr<Session>> connect(std::size_t number) override {
        return std::make_unique<EtcdSession>(url(), static_cast<std::uint32_t>(number));
    }

 private:
    [[nodiscard]] std::string url() const {
        return "http://127.0.0.1:" + std::to_string(server_.port());
    }

    PrivateServer server_;
};

}  // namespace

Result<std::unique_ptr<Service>> start_etcd() {
    TRIBUTARY_TRY(PrivateServer server, PrivateServer::prepare(find_program("etcd")));
    auto service = std::make_unique<EtcdService>(std::move(server));
    TRIBUTARY_CHECK(service->start());
    return service;
}

#else

Result<std::unique_ptr<Service>> start_etcd() {
    return fail(Errc::not_found,
                "was not compared: this program was built without libcurl4-openssl-dev: "
                "scripts/setup --all, and configure again");
}

#endif

}  // namespace tributary::app
