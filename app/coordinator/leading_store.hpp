#pragma once
// The store that a coordinator runs on, opened when this coordinator may lead: at once, or as a
// standby after the one that leads has ended. One thread.
// Source: protocol rules, section 7.

#include <functional>
#include <memory>
#include <string>

#include "netlayer/store/retention.hpp"

namespace tributary::app {

struct LeadingStoreOptions {
    std::string where;                ///< a file, or `postgresql://...`
    netlayer::Retention retention{};  ///< which versions are kept of every object
    bool standby = false;             ///< wait until nobody else leads, however long that takes
    /// Asked while it waits as a standby, every tenth of a second; true: give up.
    std::function<bool()> give_up = [] { return false; };
};

/// @error conflict (another coordinator leads; or a standby gave up), and as open_store
Result<std::unique_ptr<netlayer::Store>> open_leading_store(const LeadingStoreOptions& options);

}  // namespace tributary::app
