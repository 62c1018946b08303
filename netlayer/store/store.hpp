#pragma once
// Where the server keeps what must survive it: the newest version of every object, its history
// (retention.hpp), the members, and the incarnation. One interface for SQLite and PostgreSQL
// (open_store.hpp). Invariants: commit() returns success only when the batch is on disk, all of it
// or nothing; a version once stored under an id never gets another content; incarnations only grow.
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

/// One stored version of an object, without its content, and what it is kept for.
struct StoredVersion {
    Version version = 0;
    std::string content;  ///< BLAKE2b-256 of the body, hexadecimal
    std::uint64_t bytes = 0;
    std::vector<std::string> tags{};  ///< sorted
    bool is_recent = false;           ///< one of the newest
    bool is_milestone = false;        ///< see retention.hpp
};

/// A name for a version, which is kept as long as it has one.
struct Tag {
    ObjectId object;
    std::string name;
    Version version = 0;
};

/// What becomes of a name that stands for another version already.
enum class Retag { refuse, move };

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
    /// that leads does so until it ends.
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

    /// A number larger than every earlier one; from then on this store writes for it, and keeps of
    /// every object what its Retention says.
    /// @error io
    virtual Result<Incarnation> begin_incarnation() = 0;

    /// Remembers a member; its id never changes again.
    /// @error conflict (the key or id is known with another id or key), io
    virtual Status enrol(const Member& member) = 0;

    /// All members, sorted by name.
    /// @error io
    virtual Result<std::vector<Member>> members() = 0;

    /// The versions still kept of an object, newest first, each with what it is kept for.
    /// @error io
    virtual Result<std::vector<StoredVersion>> history(const ObjectId& object) = 0;

    /// One kept version of an object.
    /// @error not_found, corrupt (the content does not match its name), io
    virtual Result<Object> version(const ObjectId& object, Version version) = 0;

    /// Names a kept version. The same tag again changes nothing.
    /// @error invalid_argument, not_found, limit_exceeded (tags.hpp); conflict (the name stands for
    ///        another version and may not move, or a newer incarnation rules), io
    virtual Status tag(const Tag& tag, Retag retag) = 0;

    /// Removes a name, and the version that nothing else speaks for.
    /// @error not_found, conflict (a newer incarnation rules), io
    virtual Status untag(const ObjectId& object, const std::string& name) = 0;
};

}  // namespace tributary::netlayer
