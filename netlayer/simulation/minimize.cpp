#include "netlayer/simulation/minimize.hpp"

#include <algorithm>

namespace tributary::netlayer::simulation {
namespace {

/// Leaves out chunks of this size, from the end on: what comes late decides less.
/// @return  whether one could be left out
bool leave_out_chunks(std::size_t size, Numbers& failing, const Fails& fails) {
    bool any = false;
    std::size_t end = failing.size();
    while (end > 0) {
        const std::size_t begin = end - std::min(size, end);
        Numbers rest(failing.begin(), failing.begin() + static_cast<std::ptrdiff_t>(begin));
        rest.insert(rest.end(), failing.begin() + static_cast<std::ptrdiff_t>(end), failing.end());
        if (auto smaller = fails(rest)) {
            failing = std::move(*smaller);
            any = true;
        }
        end = std::min(begin, failing.size());
    }
    return any;
}

}  // namespace

Numbers minimize(Numbers failing, const Fails& fails) {
    std::size_t size = (failing.size() + 1) / 2;
    while (size > 0) {
        const bool any = leave_out_chunks(size, failing, fails);
        size = size == 1 && any ? 1 : size / 2;
    }
    return failing;
}

}  // namespace tributary::netlayer::simulation
