#pragma once
// The same service with updates sent to the server (self-service §8.3): clients send what an update
// needs, one process applies all updates, stores them and answers. As good as we can make it: CURVE
// sockets, objects in memory, one transaction of the SQLite store for all updates that wait (group
// commit), answers only when they are on the disk. Threads: as service.hpp.

#include <memory>

#include "app/bench/migration/service.hpp"

namespace tributary::app {

/// @error io
Result<std::unique_ptr<Service>> start_central();

}  // namespace tributary::app
