#include "netlayer/store/retention.hpp"

#include <algorithm>
#include <cstddef>

namespace tributary::netlayer {

void note_reasons(const Retention& retention, std::vector<StoredVersion>& history) {
    const std::uint64_t last = std::max<std::uint64_t>(retention.last, 1);
    std::uint64_t milestones = 0;
    for (std::size_t at = 0; at < history.size(); ++at) {
        StoredVersion& stored = history[at];
        stored.is_recent = at < last;
        stored.is_milestone = false;
        if (retention.every == 0) continue;
        const bool first = at + 1 == history.size() || history[at + 1].version / retention.every !=
                                                           stored.version / retention.every;
        // Those among the newest take no place of others.
        if (first && !stored.is_recent) ++milestones;
        stored.is_milestone = first && milestones <= retention.milestones;
    }
}

}  // namespace tributary::netlayer
