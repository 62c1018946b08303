#include "app/bench/migration/tributary_service.hpp"

#include <nlohmann/json.hpp>

#include "app/bench/migration/tributary_session.hpp"
#include "app/control/protocol.hpp"
#include "base/file.hpp"
#include "netlayer/store/sqlite_store.hpp"

namespace tributary::app {

namespace {

constexpr const char* kServerName = "server";

std::string member_name(std::size_t number) {
    return "client-" + std::to_string(number);
}

}  // namespace

Result<std::unique_ptr<Service>> TributaryService::start(std::size_t clients, Degrees degrees) {
    TRIBUTARY_TRY(TemporaryFolder folder, TemporaryFolder::make());
    auto service = std::make_unique<TributaryService>(std::move(folder));
    service->degrees_ = degrees;
    TRIBUTARY_TRY(service->server_keys_, netlayer::generate_keys());
    const auto authorized = service->folder_.path() / kServerName / "authorized";
    TRIBUTARY_CHECK(make_folder(authorized));
    for (std::size_t number = 0; number < clients; ++number) {
        TRIBUTARY_TRY(netlayer::KeyPair keys, netlayer::generate_keys());
        TRIBUTARY_CHECK(write_file_atomically(authorized / member_name(number),
                                              to_bytes(keys.public_key + "\n")));
        TRIBUTARY_CHECK(make_folder(service->folder_.path() / member_name(number)));
        service->client_keys_.push_back(std::move(keys));
    }
    TRIBUTARY_CHECK(service->start_server());
    return service;
}

netlayer::NodeOptions TributaryService::options(const std::string& name) const {
    netlayer::NodeOptions made;
    made.name = name;
    made.state = folder_.path() / name;
    made.process.degree = degrees_.client;
    made.server_endpoint = endpoint_;
    made.server_public_key = server_keys_.public_key;
    return made;
}

Status TributaryService::start_server() {
    TRIBUTARY_TRY(server_, ChildProcess::fork([this](int channel) { return serve(channel); }));
    TRIBUTARY_TRY(const ControlFrame ready, receive_frame(server_->channel()));
    TRIBUTARY_CHECK(frame_status(ready));
    endpoint_ = nlohmann::json::parse(ready.json).value("endpoint", std::string());
    return {};
}

/// The life of the server's process.
Status TributaryService::serve(int channel) const {
    netlayer::NodeOptions made = options(kServerName);
    made.role = netlayer::Role::server;
    made.process.degree = degrees_.server;
    made.keys = server_keys_;
    made.listen = endpoint_;
    TRIBUTARY_TRY(auto store, netlayer::SqliteStore::open(made.state / "objects.sqlite"));
    Metrics metrics;
    TRIBUTARY_TRY(const auto node,
                  netlayer::Node::start(std::move(made), std::move(store), metrics));
    const nlohmann::json ready{{"endpoint", node->endpoint()}};
    TRIBUTARY_CHECK(send_frame(channel, {ready.dump(), {}}));
    const auto end = receive_frame(channel);  // nothing comes: the parent ends this process
    return end ? Status{} : fail(end.error());
}

Status TributaryService::restart() {
    server_->kill();
    return start_server();
}

Result<std::unique_ptr<Session>> TributaryService::connect(std::size_t number) {
    netlayer::NodeOptions made = options(member_name(number));
    made.keys = client_keys_.at(number);
    made.rejoin_backoff = std::chrono::milliseconds(20);
    return TributarySession::start(std::move(made), static_cast<std::uint32_t>(number));
}

}  // namespace tributary::app
