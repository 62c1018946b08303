#include "netlayer/depend/dependencies.hpp"

namespace tributary::netlayer {

void Dependencies::add(const ObjectId& from, const ObjectId& to) {
    if (from != to) edges_[from].insert(to);
}

void Dependencies::add(const std::vector<Dependency>& pairs) {
    for (const Dependency& pair : pairs) add(pair.from, pair.to);
}

std::vector<Dependency> Dependencies::take_within(const std::set<ObjectId>& ids) {
    std::vector<Dependency> taken;
    for (const ObjectId& from : ids) {
        const auto found = edges_.find(from);
        if (found == edges_.end()) continue;
        for (auto to = found->second.begin(); to != found->second.end();) {
            if (ids.contains(*to)) {
                taken.push_back({from, *to});
                to = found->second.erase(to);
            } else {
                ++to;
            }
        }
        if (found->second.empty()) edges_.erase(found);
    }
    return taken;
}

std::set<ObjectId> Dependencies::closure(const std::set<ObjectId>& roots) const {
    std::set<ObjectId> reached = roots;
    std::vector<ObjectId> open(roots.begin(), roots.end());
    while (!open.empty()) {
        const auto found = edges_.find(open.back());
        open.pop_back();
        if (found == edges_.end()) continue;
        for (const ObjectId& to : found->second) {
            if (reached.insert(to).second) open.push_back(to);
        }
    }
    return reached;
}

std::vector<Dependency> Dependencies::pairs() const {
    std::vector<Dependency> all;
    for (const auto& [from, targets] : edges_) {
        for (const ObjectId& to : targets) all.push_back({from, to});
    }
    return all;
}

}  // namespace tributary::netlayer
