#pragma once
// What the parts of SqliteStore share: writing (sqlite_store.cpp) and the history
// (sqlite_history.cpp). Every method but the reading ones belongs into a transaction.
// Thread: as SqliteStore.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/file.hpp"
#include "netlayer/store/database.hpp"
#include "netlayer/store/sqlite_store.hpp"

namespace tributary::netlayer {

struct SqliteStore::Parts {
    Parts(std::filesystem::path path, Database opened, const Retention& kept)
        : file(std::move(path)), database(std::move(opened)), retention(kept) {}

    Result<std::uint64_t> ruling_incarnation();
    Status check_rule();
    Result<bool> is_newer(const Object& object, const std::string& content);
    Status write(const Object& object);
    Status sweep(const std::string& content);
    Status write(const StoredState& state);
    Result<Body> read_content(const std::string& hash);
    Result<Object> read_version(Statement& row);

    Result<std::vector<StoredVersion>> history(const ObjectId& object);
    Result<std::vector<std::pair<Version, std::string>>> tags(const ObjectId& object);
    Status drop(const ObjectId& object, Version version, const std::string& content);
    Result<Statement*> prepared_leaving();
    Status trim(const ObjectId& object);
    Status trim_wholly(const ObjectId& object);
    Status trim_all();

    std::filesystem::path file;
    std::optional<FileLock> leads;  ///< for as long as this one leads
    Database database;
    Retention retention;
    Incarnation incarnation = 0;
    std::optional<Statement> leaving;  ///< of trim(): dear to prepare, and run for every version
};

}  // namespace tributary::netlayer
