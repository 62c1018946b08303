#pragma once
// The server's store in one SQLite file: versions of objects, their contents by BLAKE2b-256, the
// members, and the incarnation that may write.
// Invariants: as in store.hpp; a commit is one transaction that also checks that no newer
// incarnation has begun; of every object the versions that its Retention names are kept, contents
// that no version names are removed.
// Format 1: meta(key, value), contents(hash, body), versions(object, version, content,
// incarnation), tags(object, name, version), members(public_key, name, id), state(id, bytes),
// state_contents(hash): the protocol state and which contents it refers to. One thread at a time.
// protocol section 7.

#include <filesystem>
#include <memory>

#include "netlayer/store/retention.hpp"

namespace tributary::netlayer {

class SqliteStore final : public Store {
 public:
    /// Opens or creates the file.
    /// @param retention  which versions are kept of every object
    /// @error corrupt (not a database of this program), mismatch (another format), permission, io
    static Result<std::unique_ptr<SqliteStore>> open(const std::filesystem::path& file,
                                                     const Retention& retention = {});
    struct Parts;
    /// For open().
    explicit SqliteStore(std::unique_ptr<Parts> parts);
    ~SqliteStore() override;

    /// Holds FILE.leader beside the store, wherever the coordinators have their folders.
    Result<bool> try_to_lead() override;
    using Store::commit;
    Status commit(const Batch& batch) override;
    Result<std::optional<StoredState>> load_state() override;
    Result<std::vector<Object>> load() override;
    Result<Incarnation> begin_incarnation() override;
    Status enrol(const Member& member) override;
    Result<std::vector<Member>> members() override;
    Result<std::vector<StoredVersion>> history(const ObjectId& object) override;
    Result<Object> version(const ObjectId& object, Version version) override;
    Status tag(const Tag& tag, Retag retag) override;
    Status untag(const ObjectId& object, const std::string& name) override;

 private:
    std::unique_ptr<Parts> parts_;
};

}  // namespace tributary::netlayer
