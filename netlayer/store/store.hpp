#pragma once
// Where the server keeps what must survive it: the newest version of every object, its history,
// the members, and the incarnation. One interface for SQLite and PostgreSQL (open_store.hpp).
// Invariants: commit() returns success only when the batch is on disk, all of it or nothing; a
// version once stored under an id never gets another content; incarnations only grow.
// Thread: one at a time (the node calls from its store thread only, after loading).
// protocol section 7.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "netlayer/identity.hpp"
#include "netlayer/object/object.hpp"

namespace tributary::netlayer {

/// A member that joined at least once.
struct Member {
    std::string public_key;
    std::string name;
    ProcessId id = 0;  ///< stable across restarts

    friend bool operator==(const Member&, const Member&) = default;
};

/// One stored version of an object, without its content.
struct StoredVersion {
    Version version = 0;
    std::string content;  ///< BLAKE2b-256 of the body, hexadecimal
    std::uint64_t bytes = 0;
};

/// The server's protocol state as bytes, and the bodies that it refers to by the BLAKE2b-256 of
/// their contents (hexadecimal). The store does not look into it.
struct StoredState {
    Bytes bytes;
    std::map<std::string, Body> bodies;
};

/// What is written in one transaction.
struct Batch {
    std::vector<Object> objects;
    std::optional<StoredState> state{};  ///< replaces the one before
};

class Store {
 public:
    virtual ~Store() = default;

    /// Makes this coordinator the one that may begin an incarnation, if no other one leads. The one
    /// that leads does so until it ends. A file has one user by the lock of its folder.
    /// @return false while another coordinator leads
    /// @error io
    virtual Result<bool> try_to_lead() { return true; }

    /// Writes all of the batch in one transaction. An object whose stored version is not older is
    /// left as it is, so that a batch may be repeated.
    /// @error io, conflict (the same version with another content, or a newer incarnation rules)
    virtual Status commit(const Batch& batch) = 0;
    Status commit(const std::vector<Object>& objects) { return commit(Batch{objects}); }

    /// The protocol state stored last, with the bodies that it refers to, or nothing.
    /// @error io, corrupt
    virtual Result<std::optional<StoredState>> load_state() = 0;

    /// The newest version of every object.
    /// @error io, corrupt
    virtual Result<std::vector<Object>> load() = 0;

    /// A number larger than every earlier one; from then on this store writes for it.
    /// @error io
    virtual Result<Incarnation> begin_incarnation() = 0;

    /// Remembers a member; its id never changes again.
    /// @error conflict (the key or id is known with another id or key), io
    virtual Status enrol(const Member& member) = 0;

    /// All members, sorted by name.
    /// @error io
    virtual Result<std::vector<Member>> members() = 0;

    /// The versions still kept of an object, newest first.
    /// @error io
    virtual Result<std::vector<StoredVersion>> history(const ObjectId& object) = 0;

    /// One kept version of an object.
    /// @error not_found, corrupt (the content does not match its name), io
    virtual Result<Object> version(const ObjectId& object, Version version) = 0;
};

}  // namespace tributary::netlayer
