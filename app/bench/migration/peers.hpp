#pragma once
// The systems that Tributary is compared with, each from its Debian package, as a private instance
// on loopback without encryption. A peer whose server or client library is not there answers
// not_found, with what to install; nothing is made up in its place. One thread.

#include <memory>
#include <string>

#include "app/bench/migration/service.hpp"

namespace tributary::app {

/// Redis in memory (`appendonly no`); compare-and-swap by WATCH, GET, MULTI, SET, EXEC.
Result<std::unique_ptr<Service>> start_redis();
/// PostgreSQL with fsync and synchronous_commit; SELECT FOR UPDATE, UPDATE, COMMIT.
Result<std::unique_ptr<Service>> start_postgresql();
/// etcd, which always flushes; range, then a transaction that compares the revision, as JSON.
Result<std::unique_ptr<Service>> start_etcd();

/// How a peer is set up, for the reader of the figures.
std::string peer_settings(const std::string& system);

}  // namespace tributary::app
