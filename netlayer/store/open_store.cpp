#include "netlayer/store/open_store.hpp"

#include "netlayer/store/postgres_store.hpp"
#include "netlayer/store/sqlite_store.hpp"

namespace tributary::netlayer {

Result<std::unique_ptr<Store>> open_store(const std::string& where, const Retention& retention) {
    if (!where.starts_with("postgresql://") && !where.starts_with("postgres://")) {
        return SqliteStore::open(where, retention);
    }
#ifdef TRIBUTARY_HAVE_PQ
    return PostgresStore::open(where, retention);
#else
    return fail(Errc::invalid_argument,
                "this program was built without PostgreSQL. Install libpq-dev, configure and build "
                "again, or leave --store out");
#endif
}

}  // namespace tributary::netlayer
