#include "app/bench/migration/peers.hpp"

#include <map>

namespace tributary::app {

std::string peer_settings(const std::string& system) {
    static const std::map<std::string, std::string> kSettings{
        {"redis",
         "in memory only: appendonly no, save never; WATCH+GET in one round trip, MULTI+SET+EXEC "
         "in a second; no encryption"},
        {"postgresql",
         "defaults of Debian with fsync on, synchronous_commit on; bytea STORAGE EXTERNAL; BEGIN, "
         "SELECT FOR UPDATE, UPDATE, COMMIT, binary and prepared; no encryption"},
        {"etcd",
         "one member, defaults, every commit flushed; range, then txn comparing mod_revision, over "
         "its HTTP/JSON gateway with a kept connection; no encryption"},
    };
    const auto found = kSettings.find(system);
    return found == kSettings.end() ? std::string() : found->second;
}

}  // namespace tributary::app
