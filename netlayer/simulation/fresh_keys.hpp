#pragma once
// Another key for each life of a client, as after a bisection that the operator asked for.
// Invariant: a request that is repeated asks for the same place. One thread.

#include <map>
#include <utility>

#include "base/random.hpp"
#include "netlayer/identity.hpp"

namespace tributary::netlayer::simulation {

class FreshKeys {
 public:
    Key of(const Card& joiner, Random& random) {
        auto& [incarnation, key] = keys_[joiner.id];
        if (incarnation != joiner.incarnation) {
            incarnation = joiner.incarnation;
            key = 1 + random.next() / 2;
        }
        return key;
    }

 private:
    std::map<ProcessId, std::pair<Incarnation, Key>> keys_;
};

}  // namespace tributary::netlayer::simulation
