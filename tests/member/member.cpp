// A member of the service for tests of whole systems: keeps a journal like an agent, but what it
// contributes is a line of text, so that every contribution can be found in its object afterwards.
// Usage: tributary_member STATE NAME SERVER SERVER_KEY LISTEN ADVERTISE CONTRIBUTIONS OBJECTS PACE
// Contribution n of NAME goes into object (n modulo OBJECTS), every fifth one also into the next.
// PACE is the rest between two contributions, in milliseconds, so that faults meet work in flight.
// Writes STATE/done when its journal is empty; runs until it is killed.

#include <chrono>
#include <cstdio>
#include <fstream>
#include <thread>

#include "base/log.hpp"
#include "netlayer/driver/node.hpp"
#include "netlayer/store/journal.hpp"

namespace tributary {
namespace {

using netlayer::ObjectId;

struct Task {
    netlayer::NodeOptions node;
    std::filesystem::path state;
    std::string name;
    std::uint64_t contributions = 0;
    std::uint64_t objects = 1;
    std::chrono::milliseconds pace{0};
};

std::vector<ObjectId> targets(const Task& task, std::uint64_t number) {
    std::vector<ObjectId> ids{"object-" + std::to_string(number % task.objects)};
    if (number % 5 == 0) ids.push_back("object-" + std::to_string((number + 1) % task.objects));
    return ids;
}

/// The last number of this member that the body contains.
std::uint64_t last_number(std::string_view body, const std::string& name) {
    const std::size_t at = body.rfind("\n" + name + " ");
    if (at == std::string_view::npos) return 0;
    return std::stoull(std::string(body.substr(at + name.size() + 2, 20)));
}

/// Appends the line to every object that does not contain it yet.
netlayer::Computation program(const std::string& name, std::uint64_t number) {
    return [name, number](const std::map<ObjectId, netlayer::Object>& inputs) {
        std::map<ObjectId, Bytes> outputs;
        for (const auto& [id, object] : inputs) {
            std::string body(as_text(netlayer::view(object.body)));
            if (last_number(body, name) >= number) continue;
            if (body.empty()) body = "\n";
            outputs[id] = to_bytes(body + name + " " + std::to_string(number) + "\n");
        }
        return outputs;
    };
}

/// Journals everything once, also when an earlier run was killed while it did so.
Status fill(const Task& task, netlayer::Journal& journal) {
    const std::filesystem::path marker = task.state / "journalled";
    if (std::filesystem::exists(marker)) return {};
    TRIBUTARY_TRY(std::uint64_t size, journal.size());
    for (; size < task.contributions; ++size) {
        TRIBUTARY_TRY(const std::uint64_t number, journal.append(to_bytes("line")));
        static_cast<void>(number);
    }
    std::ofstream(marker) << "yes\n";
    return {};
}

Status work(const Task& task, netlayer::Node& node, netlayer::Journal& journal) {
    while (true) {
        TRIBUTARY_TRY(const auto entry, journal.oldest());
        if (!entry) return {};
        netlayer::UpdateRequest request;
        request.objects = targets(task, entry->number);
        request.program = program(task.name, entry->number);
        request.wait = netlayer::Durability::durable;
        request.timeout = std::chrono::seconds(20);
        if (node.update(std::move(request))) {
            TRIBUTARY_CHECK(journal.remove(entry->number));
            std::this_thread::sleep_for(task.pace);
        } else {
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
        }
    }
}

Status run(Task& task) {
    TRIBUTARY_TRY(task.node.keys, netlayer::load_or_create_keys(task.state));
    Metrics metrics;
    TRIBUTARY_TRY(const auto node, netlayer::Node::start(task.node, nullptr, metrics));
    TRIBUTARY_TRY(auto journal, netlayer::Journal::open(task.state / "journal.sqlite"));
    TRIBUTARY_CHECK(fill(task, journal));
    TRIBUTARY_CHECK(work(task, *node, journal));
    std::ofstream(task.state / "done") << "yes\n";
    while (true) std::this_thread::sleep_for(std::chrono::hours(1));
}

}  // namespace
}  // namespace tributary

int main(int argc, char** argv) {
    if (argc != 10) {
        std::fputs(
            "usage: tributary_member STATE NAME SERVER SERVER_KEY LISTEN ADVERTISE "
            "CONTRIBUTIONS OBJECTS PACE\n",
            stderr);
        return 2;
    }
    // Changes of the tree are told at this level; the tests count them.
    tributary::log::configure(tributary::log::Level::info, tributary::log::Format::text);
    tributary::Task task;
    task.state = task.node.state = argv[1];
    task.name = task.node.name = argv[2];
    task.node.server_endpoint = argv[3];
    task.node.server_public_key = argv[4];
    task.node.listen = argv[5];
    task.node.advertise = argv[6];
    task.node.rejoin_backoff_limit = std::chrono::seconds(1);
    task.contributions = std::stoull(argv[7]);
    task.objects = std::stoull(argv[8]);
    task.pace = std::chrono::milliseconds(std::stoull(argv[9]));
    const auto status = tributary::run(task);
    if (!status) std::fprintf(stderr, "%s: %s\n", argv[2], status.error().message.c_str());
    return 1;
}
