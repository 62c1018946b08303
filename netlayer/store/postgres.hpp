#pragma once
// One connection to PostgreSQL as RAII, for the server's store. Values go and come as binary;
// statements are prepared once and reused. Every wait has a bound: for the connection, for a
// statement, and for what was sent but not acknowledged.
// Invariant: a connection to a server that does not flush (fsync off) is refused.
// One thread at a time. Built only when libpq was found.

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

struct pg_conn;
struct pg_result;

namespace tributary::netlayer {

/// A parameter of a statement.
using PostgresValue = std::variant<std::uint64_t, std::string_view, ByteView>;

/// The rows that a statement gave. Columns count from 0.
class PostgresRows {
 public:
    explicit PostgresRows(pg_result* handle) : handle_(handle) {}

    [[nodiscard]] int size() const;
    /// The column is of type int8.
    [[nodiscard]] std::uint64_t number(int row, int column) const;
    [[nodiscard]] std::string text(int row, int column) const;
    [[nodiscard]] Bytes blob(int row, int column) const;

 private:
    struct Deleter {
        void operator()(pg_result* handle) const;
    };
    [[nodiscard]] ByteView value(int row, int column) const;
    std::unique_ptr<pg_result, Deleter> handle_;
};

class PostgresConnection {
 public:
    /// @param url  as libpq reads it, for example `postgresql://user@host/database`
    /// @error unreachable, permission, mismatch (it does not flush)
    static Result<PostgresConnection> open(const std::string& url);

    /// Runs statements without parameters.
    /// @error io, conflict
    Status execute(const std::string& sql);
    /// Runs one statement.
    /// @error io, conflict, limit_exceeded (disk full)
    Result<PostgresRows> run(const std::string& sql, const std::vector<PostgresValue>& values = {});
    /// Ends the transaction. The bounds of a session do not cover the wait for a synchronous
    /// standby, and who cancels that wait makes the server confirm with a warning: here the wait
    /// ends after kCommitPatience, and a warning is an error.
    /// @error io, conflict, timeout: whether it is committed is unknown, and the connection is over
    Status commit();

    static constexpr std::chrono::seconds kCommitPatience{10};

 private:
    struct Deleter {
        void operator()(pg_conn* handle) const;
    };
    explicit PostgresConnection(pg_conn* handle);
    Status await_answer(std::chrono::steady_clock::time_point until);
    Result<PostgresRows> checked(pg_result* result);
    Result<std::string> prepared(const std::string& sql);

    std::unique_ptr<std::string> warning_;  ///< the newest; outlives the connection, told by libpq
    std::unique_ptr<pg_conn, Deleter> handle_;
    std::map<std::string, std::string> statements_;  ///< name by text
};

/// Rolls back unless committed.
class PostgresTransaction {
 public:
    /// @error io
    static Result<PostgresTransaction> begin(PostgresConnection& connection);
    PostgresTransaction(PostgresTransaction&& other) noexcept;
    PostgresTransaction& operator=(PostgresTransaction&&) = delete;
    ~PostgresTransaction();
    /// On disk, and on the synchronous standby when there is one, when it returns success. After an
    /// error its outcome is unknown.
    Status commit();

 private:
    explicit PostgresTransaction(PostgresConnection& connection) : connection_(&connection) {}
    PostgresConnection* connection_;
};

}  // namespace tributary::netlayer
