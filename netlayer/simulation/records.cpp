#include "netlayer/simulation/records.hpp"

namespace tributary::netlayer::simulation {

std::vector<OperationRecord> records(const History& history, const std::set<OperationId>& durable) {
    std::vector<OperationRecord> all;
    for (const Operation& operation : history.operations()) {
        OperationRecord record;
        record.process = history.lives()[operation.life].process;
        record.invoke_us = operation.invoked.count();
        if (operation.outcome == Outcome::completed) {
            record.complete_us = operation.completed.count();
        }
        record.update = operation.kind == Kind::update;
        record.strict = operation.kind != Kind::local_read;
        for (const auto& [id, object] : operation.read) record.read[id] = values(object.body);
        for (const ObjectId& id : operation.writes) record.append[id] = operation.id;
        record.durable = durable.contains(operation.id);
        all.push_back(std::move(record));
    }
    return all;
}

}  // namespace tributary::netlayer::simulation
