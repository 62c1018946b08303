#include "netlayer/simulation/verdict.hpp"

#include <algorithm>

namespace tributary::netlayer::simulation {
namespace {

constexpr std::size_t kMostViolations = 20;

std::string name(const Operation& operation) {
    static constexpr const char* kKinds[] = {"update", "read of several objects", "strict read",
                                             "local read"};
    return std::string(kKinds[static_cast<std::size_t>(operation.kind)]) + " " +
           std::to_string(operation.id);
}

class Judge {
 public:
    Judge(const History& history, const std::vector<Object>& objects) : history_(history) {
        for (const Object& object : objects) {
            final_[object.id] = object;
            const auto list = values(object.body);
            if (list.size() != object.version) {
                report("object " + object.id + " has version " + std::to_string(object.version) +
                       " but " + std::to_string(list.size()) + " values");
            }
            for (std::size_t i = 0; i < list.size(); ++i) add_value(object.id, list[i], i);
        }
    }

    Judgement run() {
        for (const Operation& operation : history_.operations()) judge_one(operation);
        if (judgement_.violations.empty()) {
            if (std::string cycle = find_cycle(placed_); !cycle.empty()) report(cycle);
        }
        return std::move(judgement_);
    }

 private:
    void report(std::string what) {
        if (judgement_.violations.size() < kMostViolations) {
            judgement_.violations.push_back(std::move(what));
        }
    }

    void add_value(const ObjectId& object, OperationId value, std::size_t position) {
        if (!history_.known(value)) {
            report("object " + object + " contains a value that nobody wrote");
        } else if (!positions_[value].emplace(object, position).second) {
            report("object " + object + " contains update " + std::to_string(value) + " twice");
        }
    }

    [[nodiscard]] bool endures(const Object& seen) const {
        const Object& final = final_.at(seen.id);
        const ByteView part = view(seen.body);
        const ByteView whole = view(final.body);
        return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
    }

    void judge_one(const Operation& operation) {
        const Fate fate = history_.lives()[operation.life].fate;
        const auto found = positions_.find(operation.id);
        const bool contained = found != positions_.end();
        if (operation.kind == Kind::update) judge_update(operation, fate, contained);
        const bool completed = operation.outcome == Outcome::completed;
        if (contained) {
            place(operation, operation.kind != Kind::local_read);
        } else if (completed && operation.kind != Kind::update) {
            judge_read(operation, fate);
        }
    }

    void judge_update(const Operation& operation, Fate fate, bool contained) {
        const bool completed = operation.outcome == Outcome::completed;
        if (contained) {
            ++judgement_.durable;
            const auto& places = positions_.at(operation.id);
            if (places.size() != operation.writes.size()) {
                report(name(operation) + " is contained in " + std::to_string(places.size()) +
                       " of the " + std::to_string(operation.writes.size()) + " objects it wrote");
            }
            for (const auto& [object, position] : places) {
                if (operation.read.at(object).version != position) {
                    report(name(operation) + " stands at another place of object " + object +
                           " than where it was applied");
                }
            }
            if (operation.refused) report(name(operation) + " was refused but is contained");
        } else if (completed && (fate != Fate::lost || operation.confirmed)) {
            report(name(operation) + " of process " +
                   std::to_string(history_.lives()[operation.life].process) +
                   (operation.confirmed ? " was confirmed as durable"
                                        : ", which did not disconnect,") +
                   " but is lost");
        } else if (completed) {
            ++judgement_.lost;
        }
    }

    void judge_read(const Operation& operation, Fate fate) {
        const bool all = std::all_of(operation.read.begin(), operation.read.end(),
                                     [&](const auto& entry) { return endures(entry.second); });
        if (!all) {
            if (fate != Fate::lost || operation.confirmed) {
                report(name(operation) + " of process " +
                       std::to_string(history_.lives()[operation.life].process) +
                       " saw a value that does not endure");
            }
            return;
        }
        const bool counts =
            fate != Fate::lost || operation.confirmed || operation.kind == Kind::strict_read;
        if (!counts) return;
        judgement_.counted.insert(operation.id);
        if (operation.kind != Kind::local_read) place(operation, true);
    }

    void place(const Operation& operation, bool real_time) {
        judgement_.counted.insert(operation.id);
        Placed placed{operation.id, operation.invoked, operation.completed, real_time, {}};
        if (operation.outcome != Outcome::completed) placed.completed = Micros::max();
        for (const auto& [id, object] : operation.read) {
            const bool wrote = std::find(operation.writes.begin(), operation.writes.end(), id) !=
                               operation.writes.end();
            placed.accesses.push_back({id, object.version, wrote});
        }
        placed_.push_back(std::move(placed));
    }

    const History& history_;
    std::map<ObjectId, Object> final_;
    std::map<OperationId, std::map<ObjectId, std::size_t>> positions_;
    std::vector<Placed> placed_;
    Judgement judgement_;
};

}  // namespace

Judgement judge(const History& history, const std::vector<Object>& objects) {
    return Judge(history, objects).run();
}

}  // namespace tributary::netlayer::simulation
