#include "netlayer/driver/node.hpp"

#include <future>
#include <mutex>
#include <thread>
#include <utility>

#include "base/file.hpp"
#include "netlayer/driver/zmq_driver.hpp"

namespace tributary::netlayer {

namespace {

constexpr Micros kStatusTimeout = std::chrono::seconds(1);

tl::unexpected<Error> invalid(const std::string& what) {
    return fail(Errc::invalid_argument, "the node cannot start: " + what);
}

Status check(const NodeOptions& options, const Store* store) {
    const bool server = options.role == Role::server;
    if (!is_member_name(options.name)) {
        return invalid("'" + options.name + "' is not a name; use letters, digits, . _ -");
    }
    if (!is_key_text(options.keys.public_key) || !is_key_text(options.keys.secret_key)) {
        return invalid("it has no keys; make them with load_or_create_keys");
    }
    if (server != (store != nullptr)) return invalid("a server has a store, a client has none");
    if (!server && !is_key_text(options.server_public_key)) {
        return invalid("the server's public key is not 40 characters of Z85; copy it again");
    }
    const ProcessOptions& process = options.process;
    if (process.degree == 0 || process.lease >= process.silence) {
        return invalid("the tree's degree is zero, or a lease is not shorter than the silence");
    }
    if (process.grace <= Micros(0) || process.grace + process.heartbeat >= process.silence) {
        return invalid("the grace time is zero, or with a heart-beat not shorter than the silence");
    }
    if (options.advertise.empty() && (options.listen.find("://0.0.0.0") != std::string::npos ||
                                      options.listen.find("://*") != std::string::npos)) {
        return invalid("it listens on every address; say which one others dial (advertise)");
    }
    return {};
}

/// A result that arrives on the reactor thread, awaited on another; outlives either.
template <typename Answer>
class Awaited {
 public:
    [[nodiscard]] std::function<void(Answer)> setter() const {
        return [promise = promise_](Answer answer) { promise->set_value(std::move(answer)); };
    }
    Answer get(Micros timeout, const char* what) {
        std::future<Answer> future = promise_->get_future();
        if (future.wait_for(timeout) == std::future_status::ready) return future.get();
        return fail(Errc::timeout, std::string(what) +
                                       " was not answered in time, its outcome is unknown. "
                                       "Ask for the status, or repeat with a longer time");
    }

 private:
    std::shared_ptr<std::promise<Answer>> promise_ = std::make_shared<std::promise<Answer>>();
};

}  // namespace

struct Node::Parts {
    explicit Parts(FileLock folder_lock) : lock(std::move(folder_lock)) {}

    FileLock lock;
    std::unique_ptr<ZmqDriver> driver;
    std::string endpoint;
    std::string server_endpoint;
    std::mutex stop_mutex;
    std::thread thread;
};

Result<std::unique_ptr<Node>> Node::start(NodeOptions options, std::unique_ptr<Store> store,
                                          Metrics& metrics) {
    TRIBUTARY_CHECK(check(options, store.get()));
    TRIBUTARY_TRY(FileLock lock, lock_folder(options.state));
    auto parts = std::make_unique<Parts>(std::move(lock));
    parts->server_endpoint = options.server_endpoint;
    TRIBUTARY_TRY(parts->driver, ZmqDriver::make(std::move(options), std::move(store), metrics));
    parts->endpoint = parts->driver->endpoint();
    parts->thread = std::thread([driver = parts->driver.get()] { driver->run(); });
    return std::make_unique<Node>(std::move(parts));
}

Node::Node(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Node::~Node() {
    stop();
}

void Node::stop() {
    const std::lock_guard once(parts_->stop_mutex);
    if (!parts_->thread.joinable()) return;
    parts_->driver->request_stop();
    parts_->thread.join();
}

const std::string& Node::endpoint() const {
    return parts_->endpoint;
}

Status Node::wait_connected(Micros timeout) {
    Awaited<Status> awaited;
    ZmqDriver& driver = *parts_->driver;
    TRIBUTARY_CHECK(
        driver.mailbox().post([&driver, done = awaited.setter()] { driver.when_connected(done); }));
    Status status = awaited.get(timeout, "the join");
    if (status || status.error().code != Errc::timeout) return status;
    const auto now = this->status();
    if (now && !now->last_refusal.empty()) return fail(Errc::permission, now->last_refusal);
    return fail(Errc::unreachable, "no answer from the coordinator at " + parts_->server_endpoint +
                                       ". Check that it runs: tributary status --state DIR");
}

void Node::submit(UpdateRequest request, std::function<void(Result<UpdateReport>)> done) {
    ZmqDriver& driver = *parts_->driver;
    const Status posted =
        driver.mailbox().post([&driver, request = std::move(request), done]() mutable {
            driver.update(std::move(request), std::move(done));
        });
    if (!posted) done(fail(posted.error()));
}

Result<UpdateReport> Node::update(UpdateRequest request) {
    Awaited<Result<UpdateReport>> awaited;
    const Micros timeout = request.timeout;
    submit(std::move(request), awaited.setter());
    return awaited.get(timeout, "the update");
}

Result<Object> Node::read(const ObjectId& object, bool strict, Micros timeout) {
    Awaited<Result<Object>> awaited;
    ZmqDriver& driver = *parts_->driver;
    TRIBUTARY_CHECK(driver.mailbox().post(
        [&driver, object, strict, done = awaited.setter()] { driver.read(object, strict, done); }));
    return awaited.get(timeout, "the read");
}

Status Node::leave(Micros timeout) {
    Awaited<Status> awaited;
    ZmqDriver& driver = *parts_->driver;
    TRIBUTARY_CHECK(
        driver.mailbox().post([&driver, done = awaited.setter()] { driver.leave(done); }));
    return awaited.get(timeout, "the leave");
}

Status Node::rotate(ProcessId child) {
    ZmqDriver& driver = *parts_->driver;
    return driver.mailbox().post([&driver, child] { driver.rotate(child); });
}

Status Node::choose_policy(RotationPolicy policy) {
    Awaited<Status> awaited;
    ZmqDriver& driver = *parts_->driver;
    TRIBUTARY_CHECK(driver.mailbox().post(
        [&driver, policy, done = awaited.setter()] { done(driver.choose(policy)); }));
    return awaited.get(kStatusTimeout, "the choice of a policy");
}

Result<KeyTable> Node::keys(bool bisect) {
    Awaited<Result<KeyTable>> awaited;
    ZmqDriver& driver = *parts_->driver;
    TRIBUTARY_CHECK(driver.mailbox().post(
        [&driver, bisect, done = awaited.setter()] { done(driver.keys(bisect)); }));
    return awaited.get(kStatusTimeout, "the request for the keys");
}

Result<SigningPublic> Node::coordinator_key() {
    Awaited<Result<SigningPublic>> awaited;
    ZmqDriver& driver = *parts_->driver;
    TRIBUTARY_CHECK(driver.mailbox().post(
        [&driver, done = awaited.setter()] { done(driver.coordinator_key()); }));
    return awaited.get(kStatusTimeout, "the request for the coordinator's key");
}

Status Node::with_store(StoreTask task, Micros timeout) {
    Awaited<Status> awaited;
    ZmqDriver& driver = *parts_->driver;
    TRIBUTARY_CHECK(
        driver.mailbox().post([&driver, task = std::move(task), done = awaited.setter()] {
            driver.with_store(task, done);
        }));
    return awaited.get(timeout, "the request to the store");
}

Result<NodeStatus> Node::status() {
    Awaited<Result<NodeStatus>> awaited;
    ZmqDriver& driver = *parts_->driver;
    TRIBUTARY_CHECK(
        driver.mailbox().post([&driver, done = awaited.setter()] { done(driver.status()); }));
    return awaited.get(kStatusTimeout, "the request for the status");
}

Result<OverlayView> Node::overlay() {
    Awaited<Result<OverlayView>> awaited;
    ZmqDriver& driver = *parts_->driver;
    TRIBUTARY_CHECK(
        driver.mailbox().post([&driver, done = awaited.setter()] { done(driver.overlay()); }));
    return awaited.get(kStatusTimeout, "the request for the view of the tree");
}

}  // namespace tributary::netlayer
