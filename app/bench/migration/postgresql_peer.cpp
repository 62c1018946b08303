#include "app/bench/migration/peers.hpp"
#include "app/bench/migration/private_server.hpp"

#ifdef TRIBUTARY_HAVE_PQ
#include <libpq-fe.h>
#include <unistd.h>

#include <array>
#endif

namespace tributary::app {

#ifdef TRIBUTARY_HAVE_PQ

namespace {

constexpr const char* kPostgresUser = "postgres";
constexpr const char* kMakeTable =
    "CREATE TABLE objects (id text PRIMARY KEY, body bytea NOT NULL);"
    "ALTER TABLE objects ALTER COLUMN body SET STORAGE EXTERNAL";

struct PostgresDeleter {
    void operator()(PGconn* connection) const { PQfinish(connection); }
    void operator()(PGresult* result) const { PQclear(result); }
};
using PostgresResult = std::unique_ptr<PGresult, PostgresDeleter>;

class PostgresqlSession final : public Session {
 public:
    PostgresqlSession(PGconn* connection, std::uint32_t client)
        : connection_(connection), client_(client), random_(client) {}

    Status prepare() {
        TRIBUTARY_CHECK(prepare("fetch", "SELECT body FROM objects WHERE id = $1 FOR UPDATE"));
        return prepare("write", "UPDATE objects SET body = $2 WHERE id = $1");
    }

    Status fill(const Load& load) override {
        TRIBUTARY_CHECK(execute(kMakeTable));
        TRIBUTARY_CHECK(prepare());
        TRIBUTARY_CHECK(prepare("first", "INSERT INTO objects VALUES ($1, $2)"));
        for (std::size_t number = 0; number < load.objects; ++number) {
            const Bytes body = first_body(load.body_bytes, random_);
            TRIBUTARY_TRY(const PostgresResult done, call("first", object_name(number), &body));
        }
        return {};
    }

    Result<Tally> run(const Load& load, Micros start) override {
        if (client_ != 0) TRIBUTARY_CHECK(prepare());
        return run_in_turn(load, start, client_, [this](const ObjectNames& objects, auto&) {
            return update(objects.front());
        });
    }

    Result<std::uint64_t> count(const Load& load) override {
        TRIBUTARY_CHECK(prepare());
        std::uint64_t sum = 0;
        for (std::size_t number = 0; number < load.objects; ++number) {
            TRIBUTARY_TRY(const PostgresResult row, call("fetch", object_name(number)));
            TRIBUTARY_TRY(const std::uint64_t one, count_of(body_of(row.get())));
            sum += one;
        }
        return sum;
    }

 private:
    static Bytes body_of(const PGresult* row) {
        const auto* data = reinterpret_cast<const std::uint8_t*>(PQgetvalue(row, 0, 0));
        return {data, data + PQgetlength(row, 0, 0)};
    }

    Result<PostgresResult> checked(PGresult* raw) {
        PostgresResult result(raw);
        const ExecStatusType status = PQresultStatus(raw);
        if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return result;
        return fail(Errc::io,
                    std::string("PostgreSQL answered: ") + PQerrorMessage(connection_.get()));
    }

    Status prepare(const char* name, const char* sql) {
        TRIBUTARY_TRY(const PostgresResult done,
                      checked(PQprepare(connection_.get(), name, sql, 0, nullptr)));
        return {};
    }

    Status execute(const char* sql) {
        TRIBUTARY_TRY(const PostgresResult done, checked(PQexec(connection_.get(), sql)));
        return {};
    }

    /// Runs a prepared statement; every value goes and comes as binary.
    Result<PostgresResult> call(const char* name, const std::string& id,
                                const Bytes* body = nullptr) {
        const std::array<const char*, 2> values{
            id.c_str(), body == nullptr ? nullptr : reinterpret_cast<const char*>(body->data())};
        const std::array<int, 2> lengths{static_cast<int>(id.size()),
                                         body == nullptr ? 0 : static_cast<int>(body->size())};
        const std::array<int, 2> formats{0, 1};
        return checked(PQexecPrepared(connection_.get(), name, body == nullptr ? 1 : 2,
                                      values.data(), lengths.data(), formats.data(), 1));
    }

    Result<bool> update(const std::string& object) {
        TRIBUTARY_CHECK(execute("BEGIN"));
        TRIBUTARY_TRY(const PostgresResult row, call("fetch", object));
        Bytes body = body_of(row.get());
        TRIBUTARY_TRY(const bool handed_over, modify(body, client_, random_));
        TRIBUTARY_TRY(const PostgresResult written, call("write", object, &body));
        TRIBUTARY_CHECK(execute("COMMIT"));
        return handed_over;
    }

    std::unique_ptr<PGconn, PostgresDeleter> connection_;
    std::uint32_t client_;
    Random random_;
};

class PostgresqlService final : public Service {
 public:
    PostgresqlService(PrivateServer server, std::string program)
        : server_(std::move(server)), program_(std::move(program)) {}

    Status start() {
        const std::string folder = server_.folder().string();
        const std::string binaries = std::filesystem::path(program_).parent_path().string();
        TRIBUTARY_CHECK(server_.run({binaries + "/initdb", "-D", folder + "/data", "-A", "trust",
                                     "-U", kPostgresUser, "--no-sync", "-E", "UTF8"}));
        return server_.start({program_, "-D", folder + "/data", "-p",
                              std::to_string(server_.port()), "-c", "listen_addresses=127.0.0.1",
                              "-c", "unix_socket_directories=" + folder, "-c", "fsync=on", "-c",
                              "synchronous_commit=on"});
    }

    Result<std::unique_ptr<Session>> connect(std::size_t number) override {
        const std::string where =
            "host=127.0.0.1 dbname=postgres user=postgres port=" + std::to_string(server_.port());
        std::string problem;
        for (int tries = 0; tries < kConnectTries; ++tries) {
            PGconn* connection = PQconnectdb(where.c_str());
            auto session =
                std::make_unique<PostgresqlSession>(connection, static_cast<std::uint32_t>(number));
            if (PQstatus(connection) == CONNECTION_OK) return session;
            problem = PQerrorMessage(connection);
            ::usleep(kBetweenConnects);
        }
        return fail(Errc::unreachable, "cannot connect to the private PostgreSQL: " + problem);
    }

 private:
    /// It accepts connections a moment before it answers them.
    static constexpr int kConnectTries = 100;
    static constexpr unsigned kBetweenConnects = 50'000;

    PrivateServer server_;
    std::string program_;
};

}  // namespace

Result<std::unique_ptr<Service>> start_postgresql() {
    const std::string program = find_program(
        "postgres",
        {"/usr/lib/postgresql/15/bin", "/usr/lib/postgresql/16/bin", "/usr/lib/postgresql/17/bin"});
    TRIBUTARY_TRY(PrivateServer server, PrivateServer::prepare(program, kPostgresUser));
    auto service = std::make_unique<PostgresqlService>(std::move(server), program);
    TRIBUTARY_CHECK(service->start());
    return service;
}

#else

Result<std::unique_ptr<Service>> start_postgresql() {
    return fail(Errc::not_found,
                "was not compared: this program was built without libpq-dev: scripts/setup --all, "
                "and configure again");
}

#endif

}  // namespace tributary::app
