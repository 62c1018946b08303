#ifdef TRIBUTARY_HAVE_PQ

#include "netlayer/store/postgres.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <array>
#include <utility>

#include "base/assert.hpp"
#include "base/log.hpp"

namespace tributary::netlayer {

namespace {

constexpr int kBinary = 1;

/// Every wait has a bound; the server notices a lost coordinator within a few seconds.
constexpr const char* kSessionBounds =
    "SET synchronous_commit TO on; SET statement_timeout TO '10s'; SET lock_timeout TO '5s'; "
    "SET idle_in_transaction_session_timeout TO '10s'; SET tcp_keepalives_idle TO 1; "
    "SET tcp_keepalives_interval TO 1; SET tcp_keepalives_count TO 2; "
    "SET client_min_messages TO warning";

/// Parameters in the form that libpq wants. They live as long as the values they were made from.
class WireValues {
 public:
    explicit WireValues(const std::vector<PostgresValue>& values) {
        numbers_.reserve(values.size());
        for (const PostgresValue& value : values) {
            std::visit([this](const auto& each) { add(each); }, value);
        }
    }
    [[nodiscard]] const char* const* pointers() const { return pointers_.data(); }
    [[nodiscard]] const int* lengths() const { return lengths_.data(); }
    [[nodiscard]] const int* formats() const { return formats_.data(); }

 private:
    void add(std::uint64_t value) {
        ByteWriter writer;
        writer.be64(value);
        numbers_.push_back(writer.take());
        add(ByteView(numbers_.back()));
    }
    void add(std::string_view value) {
        add(ByteView(reinterpret_cast<const std::uint8_t*>(value.data()), value.size()));
    }
    void add(ByteView value) {
        // A null pointer would mean NULL instead of an empty value.
        pointers_.push_back(value.empty() ? "" : reinterpret_cast<const char*>(value.data()));
        lengths_.push_back(static_cast<int>(value.size()));
        formats_.push_back(kBinary);
    }

    std::vector<Bytes> numbers_;
    std::vector<const char*> pointers_;
    std::vector<int> lengths_;
    std::vector<int> formats_;
};

Errc code_of_state(const char* state) {
    const std::string_view text(state == nullptr ? "" : state);
    if (text.starts_with("40") || text.starts_with("55")) return Errc::conflict;
    if (text.starts_with("53")) return Errc::limit_exceeded;
    if (text.starts_with("28") || text == "42501") return Errc::permission;
    return Errc::io;
}

}  // namespace

void PostgresRows::Deleter::operator()(pg_result* handle) const {
    PQclear(handle);
}

void PostgresConnection::Deleter::operator()(pg_conn* handle) const {
    PQfinish(handle);
}

int PostgresRows::size() const {
    return PQntuples(handle_.get());
}

ByteView PostgresRows::value(int row, int column) const {
    const char* data = PQgetvalue(handle_.get(), row, column);
    const auto size = static_cast<std::size_t>(PQgetlength(handle_.get(), row, column));
    return {reinterpret_cast<const std::uint8_t*>(data), size};
}

std::uint64_t PostgresRows::number(int row, int column) const {
    ByteReader reader(value(row, column));
    const std::uint64_t number = reader.be64();
    TRIBUTARY_ASSERT(reader.ok());
    return number;
}

std::string PostgresRows::text(int row, int column) const {
    return std::string(as_text(value(row, column)));
}

Bytes PostgresRows::blob(int row, int column) const {
    const ByteView bytes = value(row, column);
    return {bytes.begin(), bytes.end()};
}

PostgresConnection::PostgresConnection(pg_conn* handle)
    : warning_(std::make_unique<std::string>()), handle_(handle) {
    const auto note = [](void* warning, const PGresult* result) {
        *static_cast<std::string*>(warning) = PQresultErrorMessage(result);
        log::warning("store", "the PostgreSQL server warns",
                     {{"warning", *static_cast<std::string*>(warning)}});
    };
    PQsetNoticeReceiver(handle, note, warning_.get());
}

Result<PostgresConnection> PostgresConnection::open(const std::string& url) {
    const std::array<const char*, 8> keys{"dbname",
                                          "connect_timeout",
                                          "tcp_user_timeout",
                                          "keepalives_idle",
                                          "keepalives_interval",
                                          "keepalives_count",
                                          "fallback_application_name",
                                          nullptr};
    const std::array<const char*, 8> values{url.c_str(), "5", "5000",      "1",
                                            "1",         "3", "tributary", nullptr};
    PostgresConnection connection(PQconnectdbParams(keys.data(), values.data(), 1));
    PGconn* handle = connection.handle_.get();
    if (PQstatus(handle) != CONNECTION_OK) {
        return fail(Errc::unreachable, std::string("cannot open the PostgreSQL store: ") +
                                           PQerrorMessage(handle) +
                                           "Check the address given to --store");
    }
    TRIBUTARY_CHECK(connection.execute(kSessionBounds));
    TRIBUTARY_TRY(const PostgresRows flushes, connection.run("SHOW fsync"));
    if (flushes.text(0, 0) == "on") return connection;
    return fail(Errc::mismatch,
                "the PostgreSQL server does not flush what it commits. Set fsync = on");
}

Result<PostgresRows> PostgresConnection::checked(pg_result* result) {
    PostgresRows rows(result);
    const ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return rows;
    std::string message = PQerrorMessage(handle_.get());
    while (!message.empty() && message.back() == '\n') message.pop_back();
    return fail(code_of_state(PQresultErrorField(result, PG_DIAG_SQLSTATE)),
                "the PostgreSQL store failed: " + message);
}

Status PostgresConnection::execute(const std::string& sql) {
    TRIBUTARY_TRY(const PostgresRows done, checked(PQexec(handle_.get(), sql.c_str())));
    return {};
}

Status PostgresConnection::await_answer(std::chrono::steady_clock::time_point until) {
    PGconn* handle = handle_.get();
    while (PQisBusy(handle) != 0) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            until - std::chrono::steady_clock::now());
        if (left.count() <= 0) {
            return fail(Errc::timeout,
                        "the PostgreSQL server did not confirm a commit in time; whether it holds "
                        "is unknown. Is its synchronous standby there?");
        }
        pollfd socket{PQsocket(handle), POLLIN, 0};
        static_cast<void>(poll(&socket, 1, static_cast<int>(left.count())));
        if (PQconsumeInput(handle) == 0) {
            return fail(Errc::io,
                        std::string("the PostgreSQL store failed: ") + PQerrorMessage(handle));
        }
    }
    return {};
}

Status PostgresConnection::commit() {
    warning_->clear();
    PGconn* handle = handle_.get();
    if (PQsendQuery(handle, "COMMIT") == 0) {
        return fail(Errc::io,
                    std::string("the PostgreSQL store failed: ") + PQerrorMessage(handle));
    }
    const auto until = std::chrono::steady_clock::now() + kCommitPatience;
    Status outcome;
    while (true) {
        TRIBUTARY_CHECK(await_answer(until));
        PGresult* result = PQgetResult(handle);
        if (result == nullptr) break;
        if (const auto rows = checked(result); !rows) outcome = fail(rows.error());
    }
    if (!outcome || warning_->empty()) return outcome;
    return fail(
        Errc::io,
        "the PostgreSQL server confirmed a commit that its standby may not have: " + *warning_);
}

Result<std::string> PostgresConnection::prepared(const std::string& sql) {
    const auto known = statements_.find(sql);
    if (known != statements_.end()) return known->second;
    const std::string name = "s" + std::to_string(statements_.size());
    TRIBUTARY_TRY(const PostgresRows done,
                  checked(PQprepare(handle_.get(), name.c_str(), sql.c_str(), 0, nullptr)));
    statements_.emplace(sql, name);
    return name;
}

Result<PostgresRows> PostgresConnection::run(const std::string& sql,
                                             const std::vector<PostgresValue>& values) {
    TRIBUTARY_TRY(const std::string name, prepared(sql));
    const WireValues wire(values);
    return checked(PQexecPrepared(handle_.get(), name.c_str(), static_cast<int>(values.size()),
                                  wire.pointers(), wire.lengths(), wire.formats(), kBinary));
}

Result<PostgresTransaction> PostgresTransaction::begin(PostgresConnection& connection) {
    TRIBUTARY_CHECK(connection.execute("BEGIN"));
    return PostgresTransaction(connection);
}

PostgresTransaction::PostgresTransaction(PostgresTransaction&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)) {}

PostgresTransaction::~PostgresTransaction() {
    // Fails only when the connection is gone, which rolls back by itself.
    if (connection_ != nullptr) static_cast<void>(connection_->execute("ROLLBACK"));
}

Status PostgresTransaction::commit() {
    PostgresConnection& connection = *std::exchange(connection_, nullptr);
    return connection.commit();
}

}  // namespace tributary::netlayer

#endif
