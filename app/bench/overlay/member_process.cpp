// Frames: {"do": "take", "object": n} is answered, when the object came and was changed, by
// {"object", "latency_us"}; "rotate" wishes that a child rises, without an answer; "report" and
// "read" are answered by what they ask for.
#include "app/bench/overlay/member_process.hpp"

#include <mutex>
#include <nlohmann/json.hpp>

#include "app/bench/migration/load.hpp"
#include "app/control/protocol.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;
using netlayer::Object;
using netlayer::ObjectId;

constexpr Micros kReadPatience = std::chrono::seconds(30);

std::vector<std::uint32_t> counters_of(ByteView body) {
    std::vector<std::uint32_t> counters;
    ByteReader in(body);
    while (in.remaining() >= sizeof(std::uint32_t)) counters.push_back(in.u32());
    return counters;
}

netlayer::Computation count_one(std::uint32_t member) {
    return [member](const std::map<ObjectId, Object>& inputs) {
        std::map<ObjectId, Bytes> outputs;
        for (const auto& [id, object] : inputs) {
            std::vector<std::uint32_t> counters = counters_of(netlayer::view(object.body));
            if (counters.size() <= member) counters.resize(member + 1);
            ++counters[member];
            ByteWriter body;
            for (const std::uint32_t counter : counters) body.u32(counter);
            outputs.emplace(id, body.take());
        }
        return outputs;
    };
}

class MemberProcess {
 public:
    MemberProcess(int channel, netlayer::Node& node, std::uint32_t member)
        : channel_(channel), node_(node), member_(member) {}

    Status obey(const Json& command) {
        const std::string what = command.at("do");
        if (what == "take") {
            take(command.at("object"));
            return {};
        }
        if (what == "rotate") return rotate();
        if (what == "report") return report();
        return read(command.at("object"));
    }

 private:
    Status answer(const Json& json) {
        const std::lock_guard lock(mutex_);
        return send_frame(channel_, {json.dump(), {}});
    }

    void take(std::size_t number) {
        netlayer::UpdateRequest request;
        request.objects = {object_name(number)};
        request.program = count_one(member_);
        const Micros begun = clock_.monotonic();
        node_.submit(std::move(request), [this, number, begun](auto done) {
            if (!done) {
                const std::lock_guard lock(mutex_);
                static_cast<void>(send_frame(channel_, error_frame(done.error())));
                return;
            }
            const Micros latency = clock_.monotonic() - begun;
            static_cast<void>(answer({{"object", number}, {"latency_us", latency.count()}}));
        });
    }

    Status rotate() {
        TRIBUTARY_TRY(const auto status, node_.status());
        const auto& children = status.process.children;
        if (children.empty()) return {};
        const std::size_t chosen = rotations_wished_++ % children.size();
        return node_.rotate(children[chosen].card.id);
    }

    Status report() {
        TRIBUTARY_TRY(const auto view, node_.overlay());
        const netlayer::SelfReport& own = view.members.front().report;
        std::uint64_t edges = 0;
        for (std::size_t i = 0; i < own.hops.size(); ++i) edges += (i + 1) * own.hops[i];
        return answer({{"rotations", own.rotations},
                       {"hand_overs", netlayer::hand_overs(own.hops)},
                       {"edges", edges}});
    }

    Status read(std::size_t number) {
        TRIBUTARY_TRY(const Object object, node_.read(object_name(number), true, kReadPatience));
        return answer({{"counts", counters_of(netlayer::view(object.body))}});
    }

    int channel_;
    netlayer::Node& node_;
    std::uint32_t member_;
    SystemClock clock_;
    std::mutex mutex_;  ///< of the channel's writing side
    std::size_t rotations_wished_ = 0;
};

}  // namespace

Status serve_hand_overs(int channel, netlayer::NodeOptions options, std::uint32_t member) {
    Metrics metrics;
    TRIBUTARY_TRY(const auto node, netlayer::Node::start(std::move(options), nullptr, metrics));
    TRIBUTARY_CHECK(node->wait_connected(kReadPatience));
    TRIBUTARY_CHECK(send_frame(channel, {Json{{"ready", true}}.dump(), {}}));
    MemberProcess process(channel, *node, member);
    Status going;
    while (going) {
        const auto frame = receive_frame(channel);
        going = frame ? process.obey(Json::parse(frame->json)) : Status(fail(frame.error()));
    }
    node->stop();  // its callbacks use the process
    return going;
}

}  // namespace tributary::app
