#include "netlayer/simulation/contributions.hpp"

#include <algorithm>

namespace tributary::netlayer::simulation {

namespace {

/// One program in so many cannot learn what it is given.
constexpr std::uint64_t kRefuseOne = 20;

std::string name(ProcessId client, std::uint64_t number) {
    return "contribution " + std::to_string(number) + " of client " + std::to_string(client);
}

}  // namespace

Contributions::Contributions(const SimulationOptions& options, Random random, World& world,
                             History& history, SimulationReport& report)
    : options_(options), random_(random), world_(world), history_(history), report_(report) {}

void Contributions::submit(ProcessId client, std::vector<ObjectId> objects) {
    Client& site = clients_[client];
    const Number number = site.all.size() + 1;
    site.all[number].objects = std::move(objects);
    site.journal.push_back(number);
    ++report_.contributions;
}

void Contributions::work(ProcessId client, std::size_t life) {
    Client& site = clients_[client];
    if (site.current != 0 || site.reported || site.journal.empty()) return;
    const Number number = site.journal.front();
    Contribution& contribution = site.all.at(number);
    Operation operation;
    operation.life = life;
    operation.objects = operation.writes = contribution.objects;
    operation.invoked = world_.now();
    const Operation& recorded = history_.invoke(std::move(operation));
    if (!contribution.attempts.empty() && !site.refusing) ++report_.contributions_repeated;
    contribution.attempts.push_back(recorded.id);
    entries_[recorded.id] = {client, number, site.refusing};
    site.current = recorded.id;
    world_.give(client, UpdateInvoked{recorded.id, recorded.objects, true});
}

void Contributions::lose_patience(ProcessId client) {
    clients_[client].current = 0;
}

std::optional<Contributions::Entry> Contributions::decided(const Operation& attempt) const {
    const Entry& own = entries_.at(attempt.id);
    for (const auto& [id, object] : attempt.read) {
        for (const OperationId value : values(object.body)) {
            const auto found = entries_.find(value);
            if (found == entries_.end() || found->second.client != own.client) continue;
            if (found->second.number >= own.number) return found->second;
        }
    }
    return std::nullopt;
}

std::optional<Result<std::vector<Output>>> Contributions::run(Operation& operation) {
    const auto found = entries_.find(operation.id);
    if (found == entries_.end()) return std::nullopt;
    const Entry& own = found->second;
    const auto decision = decided(operation);
    const bool refused_before = decision && decision->number == own.number && decision->refusal;
    const bool learns = !own.refusal;
    if (learns && (refused_before || (!decision && random_.below(kRefuseOne) == 0))) {
        operation.refused = true;
        return fail(Errc::invalid_argument, "the contribution is refused");
    }
    std::vector<Output> outputs;
    if (decision) {  // nothing is left to do: it becomes a read
        operation.kind = Kind::multi_read;
        operation.writes.clear();
    }
    for (const ObjectId& id : operation.writes) {
        outputs.push_back({id, with_value(operation.read.at(id).body, operation.id)});
    }
    return outputs;
}

void Contributions::report_as(Client& client, Report report) {
    Contribution& contribution = client.all.at(client.journal.front());
    if (contribution.report != Report::none && contribution.report != report) {
        const Entry& entry = entries_.at(contribution.attempts.front());
        contradictions_.push_back(name(entry.client, entry.number) +
                                  " was reported as refused and as durable");
    }
    if (contribution.report == Report::none && report == Report::refused) {
        ++report_.contributions_refused;
    }
    contribution.report = report;
    client.current = 0;
    client.refusing = false;
    client.reported = true;
}

void Contributions::hear(ProcessId client, const Notice& notice) {
    const auto found = clients_.find(client);
    if (found == clients_.end() || found->second.current == 0) return;
    Client& site = found->second;
    const Mutations& faults = options_.mutations;
    if (const auto* applied = std::get_if<Applied>(&notice)) {
        const bool trims = faults.journal_trimmed_at_applied && !site.refusing;
        if (trims && applied->operation == site.current) report_as(site, Report::durable);
    } else if (const auto* durable = std::get_if<Durable>(&notice)) {
        if (durable->operation != site.current) return;
        report_as(site, site.refusing ? Report::refused : Report::durable);
    } else if (const auto* aborted = std::get_if<Aborted>(&notice)) {
        if (aborted->operation != site.current) return;
        site.current = 0;
        if (!history_.at(aborted->operation).refused) return;
        site.refusing = true;
        if (faults.refusal_not_recorded) report_as(site, Report::refused);
    }
}

void Contributions::interrupt(ProcessId client) {
    Client& site = clients_[client];
    site.current = 0;
    site.refusing = site.reported = false;
}

bool Contributions::is_reported(ProcessId client) const {
    const auto found = clients_.find(client);
    return found != clients_.end() && found->second.reported;
}

void Contributions::trim(ProcessId client) {
    Client& site = clients_.at(client);
    site.journal.pop_front();
    site.reported = false;
}

std::size_t Contributions::waiting(ProcessId client) const {
    const auto found = clients_.find(client);
    return found == clients_.end() ? 0 : found->second.journal.size();
}

std::size_t Contributions::waiting() const {
    std::size_t sum = 0;
    if (!options_.contributions) return sum;
    for (const auto& [client, site] : clients_) {
        if (!world_.revocations().is_revoked(client)) sum += site.journal.size();
    }
    return sum;
}

std::vector<std::string> Contributions::judge(const std::vector<Object>& objects) const {
    std::vector<std::string> found = contradictions_;
    std::map<OperationId, std::size_t> contained;  // in how many objects
    for (const Object& object : objects) {
        std::map<ProcessId, Number> last;
        for (const OperationId value : values(object.body)) {
            const auto entry = entries_.find(value);
            if (entry == entries_.end()) continue;
            ++contained[value];
            const auto& [client, number, refusal] = entry->second;
            if (number <= last[client]) {
                found.push_back(name(client, number) + " stands in object " + object.id +
                                " behind number " + std::to_string(last[client]));
            }
            last[client] = number;
        }
    }
    for (const auto& [client, site] : clients_) {
        for (const auto& [number, contribution] : site.all) {
            judge_one(client, number, contribution, contained, found);
        }
    }
    return found;
}

void Contributions::judge_one(ProcessId client, Number number, const Contribution& contribution,
                              const std::map<OperationId, std::size_t>& contained,
                              std::vector<std::string>& found) const {
    std::size_t applied = 0;
    std::size_t refused = 0;
    for (const OperationId attempt : contribution.attempts) {
        if (!contained.contains(attempt)) continue;
        ++(entries_.at(attempt).refusal ? refused : applied);
    }
    const auto complain = [&](const char* what) {
        found.push_back(name(client, number) + " " + what);
    };
    if (applied + refused > 1) complain("was decided more than once");
    const bool recorded = !options_.mutations.refusal_not_recorded;
    if (contribution.report == Report::durable && applied != 1) {
        complain("was reported as durable but is not contained");
    }
    if (contribution.report == Report::refused && (applied != 0 || (recorded && refused != 1))) {
        complain("was reported as refused but is contained, or its refusal is not");
    }
}

}  // namespace tributary::netlayer::simulation
