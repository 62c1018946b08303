#include "netlayer/simulation/history.hpp"

#include <utility>

namespace tributary::netlayer::simulation {

std::size_t History::begin_life(ProcessId process, Incarnation incarnation) {
    lives_.push_back({process, incarnation, Fate::connected});
    return lives_.size() - 1;
}

Operation& History::invoke(Operation operation) {
    operation.id = operations_.size() + 1;
    operations_.push_back(std::move(operation));
    return operations_.back();
}

std::vector<OperationId> values(const Body& body) {
    std::vector<OperationId> list;
    ByteReader reader(view(body));
    while (reader.remaining() >= sizeof(OperationId)) list.push_back(reader.u64());
    return list;
}

Body with_value(const Body& body, OperationId id) {
    const ByteView before = view(body);
    ByteWriter writer;
    writer.put(before);
    writer.u64(id);
    return std::make_shared<const Bytes>(writer.take());
}

}  // namespace tributary::netlayer::simulation
