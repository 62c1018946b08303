#pragma once
// Chooses the server's store by its address: a file of SQLite, or a database of PostgreSQL when the
// program was built with libpq. Any thread.

#include <memory>
#include <string>

#include "netlayer/store/retention.hpp"

namespace tributary::netlayer {

/// @param where      a file, or `postgresql://...`
/// @param retention  which versions are kept of every object
/// @error invalid_argument (built without PostgreSQL), and as the stores' open()
Result<std::unique_ptr<Store>> open_store(const std::string& where,
                                          const Retention& retention = {});

}  // namespace tributary::netlayer
