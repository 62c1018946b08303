#pragma once
// One database of either kind for the tests of a store's history, which may be opened several
// times at once and be changed from outside. One thread.

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "netlayer/store/retention.hpp"

namespace tributary::netlayer {

class StoreUnderTest {
 public:
    virtual ~StoreUnderTest() = default;
    virtual Result<std::unique_ptr<Store>> open(const Retention& retention) = 0;
    /// Runs SQL on the database from outside the store.
    virtual Status run(const std::string& sql) = 0;
    /// The number that a query gives.
    virtual std::uint64_t count(const std::string& sql) = 0;
    /// What makes the tables of a program that knew nothing of tags.
    virtual std::string old_tables() = 0;
};

/// @param kind  "sqlite" or "postgres"
/// @return      null where the database is not installed
std::unique_ptr<StoreUnderTest> make_store_under_test(const std::string& kind);

}  // namespace tributary::netlayer
