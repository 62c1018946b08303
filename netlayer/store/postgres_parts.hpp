#pragma once
// What the parts of PostgresStore share: writing (postgres_store.cpp) and the history
// (postgres_history.cpp). Every method but the reading ones belongs into a transaction.
// Thread: as PostgresStore.

#include <string>
#include <utility>
#include <vector>

#include "netlayer/store/postgres.hpp"
#include "netlayer/store/postgres_store.hpp"

namespace tributary::netlayer {

struct PostgresStore::Parts {
    Parts(PostgresConnection opened, const Retention& kept)
        : connection(std::move(opened)), retention(kept) {}

    /// @error corrupt (it is not what its hash says)
    static Result<Body> checked_body(Bytes body, const std::string& hash);
    /// Of the columns object, version, content, body.
    static Result<Object> object_of(const PostgresRows& rows, int row);
    /// @param lock  how the row is locked until the transaction ends
    Result<std::uint64_t> meta(const char* key, const std::string& lock = "");
    Status check_rule();
    Result<bool> is_newer(const Object& object, const std::string& content);
    Status write(const Object& object);
    Status sweep(const std::string& content);
    Status put_content(const std::string& hash, ByteView body);
    Status write(const StoredState& state);
    Status run(const std::string& sql, const std::vector<PostgresValue>& values = {}) {
        TRIBUTARY_TRY(const PostgresRows done, connection.run(sql, values));
        return {};
    }

    Result<std::vector<StoredVersion>> history(const ObjectId& object);
    Status trim(const ObjectId& object);
    Status trim_wholly(const ObjectId& object);
    Status trim_all();

    PostgresConnection connection;
    Retention retention;
    Incarnation incarnation = 0;
};

}  // namespace tributary::netlayer
