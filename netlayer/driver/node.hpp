#pragma once
// A member of the service as a running thing: one Process of the migration core on CURVE sockets,
// with its own reactor thread, a small pool that runs programs, and (server) a writer to the store.
// Invariants: every wait of a caller ends within its timeout; every operation is answered exactly
// once; a client that loses the tree joins again by itself with a new incarnation, and what was
// pending then fails with `disconnected` (the caller repeats it from its journal).
// Thread: every method may be called from any thread, except from inside a Computation or a
// callback, which must not wait for the node. self-service §4-§6; protocol sections 1, 6, 7.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/metrics.hpp"
#include "base/result.hpp"
#include "base/signing.hpp"
#include "netlayer/driver/keys.hpp"
#include "netlayer/identity/card_judge.hpp"
#include "netlayer/identity/key_office.hpp"
#include "netlayer/object/inspection.hpp"
#include "netlayer/object/object.hpp"
#include "netlayer/options.hpp"
#include "netlayer/overlay_view.hpp"
#include "netlayer/status.hpp"
#include "netlayer/store/store.hpp"

namespace tributary::netlayer {

/// The whole program of an update: all objects of the operation in, new bodies out. An object that
/// is not in the result keeps its version; an error leaves every object as it was and becomes the
/// error of the update. Runs on a pool thread, once, and may outlive the caller's wait: capture by
/// value.
using Computation =
    std::function<Result<std::map<ObjectId, Bytes>>(const std::map<ObjectId, Object>& inputs)>;

enum class Role { server, client };

/// What is done with the store of a server; runs on its thread and commits wait for it, so that it
/// must be short. It may outlive the caller's wait: capture by value.
using StoreTask = std::function<Status(Store& store)>;

/// What an update waits for (protocol decision 5).
enum class Durability {
    applied,  ///< its program ran
    durable,  ///< the server's store holds what it read and wrote
};

struct NodeOptions {
    Role role = Role::client;
    std::string name;             ///< the member's organization, as it was admitted
    std::filesystem::path state;  ///< locked while the node runs; keeps the incarnation, the
                                  ///< signing key and (server) the register of members
    KeyPair keys;
    std::string listen = "tcp://127.0.0.1:*";       ///< `*`: the system chooses the port
    std::string advertise;                          ///< what others dial; empty: the bound endpoint
    std::string server_endpoint;                    ///< client
    std::string server_public_key;                  ///< client
    Micros card_lifetime = std::chrono::hours(24);  ///< server: of the cards that it issues
    Micros card_tolerance = kCardTolerance;         ///< what clocks may differ by
    KeyRule key_rule = KeyRule::organization;       ///< server of a search tree
    ProcessOptions process;                         ///< degree of the tree, time-outs, bounds
    std::size_t threads = 1;                        ///< programs that run at once
    std::size_t max_message_bytes = std::size_t{16} << 20U;
    std::size_t max_object_bytes = std::size_t{4} << 20U;  ///< a larger result is refused; a
                                                           ///< message carries several objects
    std::size_t max_submitted = 1024;        ///< local requests not yet taken by the reactor
    Micros rejoin_backoff{200'000};          ///< first wait before joining again; doubles
    Micros rejoin_backoff_limit{5'000'000};  ///< longest wait before joining again
    /// Asked on the reactor thread about every version that a child sends, before anything else
    /// sees it; a child whose version does not pass is cut off. Empty: every version passes.
    Inspection inspect;
    /// Server: told on the reactor thread which versions are on disk now, and at the start which
    /// ones the store held. May not wait for the node.
    std::function<void(const std::vector<Object>& objects)> stored;
};

struct UpdateReport {
    std::map<ObjectId, Version> read;     ///< the versions the program saw
    std::map<ObjectId, Version> written;  ///< the versions it made
    bool durable = false;
};

struct UpdateRequest {
    std::vector<ObjectId> objects;
    Computation program;
    Durability wait = Durability::applied;
    Micros timeout = std::chrono::seconds(60);
    /// Optional; called once on the reactor thread after the update was applied: success when it is
    /// durable, `disconnected` when that will never be known. Asks for the durable report.
    std::function<void(Status)> on_durable;
};

/// The keys of members, and how many of them changed just now.
struct KeyTable {
    std::vector<KeyRow> rows;
    std::size_t changed = 0;
};

/// A snapshot for `status` and the console.
struct NodeStatus {
    ProcessStatus process;
    std::string endpoint;      ///< where this node accepts links
    bool connected = false;    ///< has a way to the server, as far as it knows
    std::uint64_t joins = 0;   ///< joins accepted since the start
    std::size_t programs = 0;  ///< computations queued or running
    std::size_t unstored = 0;  ///< effects that wait for the store
    std::string last_loss;     ///< why the way to the server was last lost; empty: never
    std::string last_refusal;  ///< why a join was last refused; empty: never
    std::string failure;       ///< server: why the store failed, which ends all work; empty: never
};

class Node {
 public:
    /// Opens the sockets and starts the threads; a client begins to join, see wait_connected.
    /// @param store    server only: opened store of this service; must be null for a client
    /// @param metrics  must outlive the node; counters `driver.*`
    /// @error invalid_argument, conflict (state folder or endpoint in use), permission, io, corrupt
    static Result<std::unique_ptr<Node>> start(NodeOptions options, std::unique_ptr<Store> store,
                                               Metrics& metrics);

    struct Parts;
    /// For start().
    explicit Node(std::unique_ptr<Parts> parts);
    /// Stops abruptly, as a crash would: others are not told. Call leave() before for good manners.
    ~Node();
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    /// Waits until the node has a place in the tree (the server: at once).
    /// @error unreachable (the server did not answer in time), permission (it refused us)
    Status wait_connected(Micros timeout);

    /// Runs a program on the newest versions of the objects, which migrate here.
    /// @error what the program answered; timeout (outcome unknown), disconnected, limit_exceeded,
    ///        invalid_argument
    /// @paper self-service §5.1
    Result<UpdateReport> update(UpdateRequest request);

    /// The same without waiting: `done` is called once, on the reactor thread; `request.timeout` is
    /// not used.
    void submit(UpdateRequest request, std::function<void(Result<UpdateReport>)> done);

    /// The latest version (strict), or the local copy, which may be old (serializable).
    /// @error timeout, disconnected, invalid_argument
    /// @paper self-service §5.2
    Result<Object> read(const ObjectId& object, bool strict,
                        Micros timeout = std::chrono::seconds(10));

    /// Client: leaves properly, whether others are below it or not; everything it read or wrote is
    /// durable before it returns. The node does not join again; stop() is what remains.
    /// @error timeout, invalid_argument (the server, or not in the tree), disconnected
    /// @paper self-service §6.2
    Status leave(Micros timeout = std::chrono::seconds(30));

    /// Wishes that this child takes the place of this node, which sinks below it. Search tree only.
    /// Nothing waits for it, and it may be refused; status() tells who stands where.
    /// @error limit_exceeded (too many local requests), disconnected (the node is stopped)
    Status rotate(ProcessId child);

    /// Server of a search tree: everybody rotates by this policy from now on; a restart goes back
    /// to NodeOptions::process.
    /// @error invalid_argument (another tree, or a client), timeout, disconnected
    Status choose_policy(RotationPolicy policy);

    /// Server of a search tree: the keys of its members.
    /// @param bisect  first order them anew by what was observed; each has its new key when it
    /// joins
    ///                the next time
    /// @error invalid_argument (another tree, or nothing was observed), limit_exceeded, io, timeout
    Result<KeyTable> keys(bool bisect);

    /// The key that the coordinator signs with, as its CURVE key has proven.
    /// @error unreachable (it was not heard yet), timeout, disconnected
    Result<SigningPublic> coordinator_key();

    /// Server: lets a task use the store, between two commits.
    /// @error what the task answered; invalid_argument (a client), limit_exceeded, timeout (outcome
    ///        unknown), disconnected, io (the store has failed)
    Status with_store(StoreTask task, Micros timeout = std::chrono::seconds(10));

    /// @error timeout (the reactor did not answer within a second)
    Result<NodeStatus> status();

    /// Server: what it knows of the whole tree.
    /// @error timeout (the reactor did not answer within a second)
    Result<OverlayView> overlay();

    /// Where this node accepts links, with the real port.
    [[nodiscard]] const std::string& endpoint() const;

    /// Ends all threads; pending operations fail with `disconnected`. May be called twice.
    void stop();

 private:
    std::unique_ptr<Parts> parts_;
};

}  // namespace tributary::netlayer
