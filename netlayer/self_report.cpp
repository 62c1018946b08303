#include "netlayer/self_report.hpp"

#include <algorithm>
#include <numeric>

namespace tributary::netlayer {

bool is_bounded(const std::vector<SelfReport>& reports) {
    return reports.size() <= kReportsPerPing &&
           std::all_of(reports.begin(), reports.end(), [](const SelfReport& report) {
               return report.name.size() <= kMaxCardFieldBytes &&
                      report.objects.size() <= kReportedObjects &&
                      report.hops.size() <= kReportedHops &&
                      report.partners.size() <= kReportedPartners &&
                      std::all_of(report.objects.begin(), report.objects.end(), valid_object_id);
           });
}

std::uint64_t hand_overs(const std::vector<std::uint64_t>& hops) {
    return std::accumulate(hops.begin(), hops.end(), std::uint64_t{0});
}

void add_hops(std::vector<std::uint64_t>& sum, const std::vector<std::uint64_t>& more) {
    if (sum.size() < more.size()) sum.resize(more.size());
    for (std::size_t i = 0; i < more.size(); ++i) sum[i] += more[i];
}

}  // namespace tributary::netlayer
