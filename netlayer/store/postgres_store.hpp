#pragma once
// The server's store in PostgreSQL, for a coordinator that another host can replace.
// Invariants: as in store.hpp. Every write is one transaction that first reads the ruling
// incarnation under a lock of its row: whoever begins a newer incarnation waits for writes under
// way, and after it no older coordinator can commit. The session holds an advisory lock while its
// coordinator leads; the lock says who may try, the incarnation says who may write.
// Tables as in sqlite_store.hpp, in the schema `tributary` of the database. After a failed commit
// the outcome is unknown and nothing more is written. One thread at a time. protocol section 7.

#include <memory>
#include <string>

#include "netlayer/store/retention.hpp"

namespace tributary::netlayer {

class PostgresStore final : public Store {
 public:
    /// @param url        as libpq reads it: `postgresql://...`
    /// @param retention  which versions are kept of every object
    /// @error unreachable, permission, mismatch (format; fsync off), io
    static Result<std::unique_ptr<PostgresStore>> open(const std::string& url,
                                                       const Retention& retention = {});
    struct Parts;
    /// For open().
    explicit PostgresStore(std::unique_ptr<Parts> parts);
    ~PostgresStore() override;

    using Store::commit;
    Result<bool> try_to_lead() override;
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
