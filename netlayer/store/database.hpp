#pragma once
// One SQLite database file as RAII, for the server's store and the client's journal. Opened in WAL
// mode with synchronous=FULL: what a committed transaction wrote is on disk. Statements are
// prepared once and reused. One thread at a time.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace tributary::netlayer {

/// A prepared statement. Bind, then step; `reset` before it is used again.
class Statement {
 public:
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&& other) noexcept;
    ~Statement();

    /// @param index  of the parameter, from 1
    Statement& bind(int index, std::uint64_t value);
    Statement& bind(int index, std::string_view text);
    Statement& bind(int index, ByteView blob);

    /// @return true when there is a row, false when done
    /// @error  io, corrupt, limit_exceeded (disk full)
    Result<bool> step();
    /// Steps a statement that gives no row, and resets it.
    Status run();
    void reset();

    /// @param column  from 0; values are valid until the next step
    [[nodiscard]] std::uint64_t number(int column) const;
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] Bytes blob(int column) const;

 private:
    friend class Database;
    Statement(sqlite3* database, sqlite3_stmt* handle) : database_(database), handle_(handle) {}
    sqlite3* database_;
    sqlite3_stmt* handle_;
};

class Database {
 public:
    /// Opens or creates the file and brings it to the given schema version (PRAGMA user_version).
    /// @param create   statements that make version `version` in an empty file
    /// @error corrupt (no database), mismatch (another version), permission, io
    static Result<Database> open(const std::filesystem::path& file, int version,
                                 const std::string& create);
    Database(Database&& other) noexcept;
    Database& operator=(Database&& other) noexcept;
    ~Database();

    /// Runs statements without parameters.
    /// @error io, corrupt
    Status execute(const std::string& sql);
    /// @error internal (the statement is wrong), io, corrupt
    Result<Statement> prepare(std::string_view sql);
    /// Row id of the last insert.
    [[nodiscard]] std::uint64_t last_id() const;

 private:
    explicit Database(sqlite3* handle) : handle_(handle) {}
    sqlite3* handle_;
};

/// Rolls back unless committed.
class Transaction {
 public:
    /// @error io, conflict (another writer)
    static Result<Transaction> begin(Database& database);
    Transaction(Transaction&& other) noexcept;
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();
    /// On disk when it returns success.
    Status commit();

 private:
    explicit Transaction(Database& database) : database_(&database) {}
    Database* database_;
};

}  // namespace tributary::netlayer
