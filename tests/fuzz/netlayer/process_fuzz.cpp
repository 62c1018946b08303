// Any words of neighbours that break the protocol, to a server and to an inner process: nothing
// they say may break an invariant that a process asserts, and what they leave behind stays bounded.
// Input: one byte of role, then records of sender, flags, length (two bytes) and a frame. Unless a
// flag forbids it, the frame's epoch and number are made to fit, so that the words are listened to.
#include <algorithm>
#include <array>
#include <cstdint>

#include "base/assert.hpp"
#include "base/bytes.hpp"
#include "netlayer/process.hpp"
#include "netlayer/state.hpp"
#include "netlayer/wire/codec.hpp"

namespace {

using namespace tributary;
using namespace tributary::netlayer;

constexpr ProcessId kSelf = 50;
constexpr Epoch kParentEpoch = (Epoch{7} << kEpochCounterBits) + 1;
constexpr std::array<ProcessId, 4> kPeers{kServer, 1, 2, 3};

Card card_of(ProcessId id) {
    return {id, 5, "tcp://host:1", "key", "name"};
}

class Target {
 public:
    explicit Target(bool server) : process_(setup(server)) {
        if (server) {
            step(Started{});
            for (const ProcessId child : {ProcessId{1}, ProcessId{2}}) {
                step(DirectReceived{child, JoinRequest{card_of(child)}});
            }
        } else {
            step(JoinInvoked{card_of(kServer), 6});
            step(DirectReceived{kServer, JoinAccept{card_of(kServer), 6, kParentEpoch}});
            for (const ProcessId child : {ProcessId{1}, ProcessId{2}})
                hear(kServer, JoinForward{card_of(child)});
        }
        step(UpdateInvoked{1, {"a", "b"}, true});
        step(ReadInvoked{2, "a", true});
    }

    void record(ByteReader& in) {
        const ProcessId from = kPeers.at(in.u8() % kPeers.size());
        const std::uint8_t flags = in.u8();
        const std::size_t length = in.u16();
        const auto frame = decode(in.take(std::min(length, in.remaining())));
        if ((flags & 2U) != 0) now_ += Micros{100'000};
        if ((flags & 4U) != 0) step(TimerFired{kTick});
        if ((flags & 8U) != 0) resume(from);
        if (!frame || !frame->message) return;
        if (is_direct(*frame->message)) {
            step(DirectReceived{from, *frame->message});
        } else if ((flags & 1U) == 0) {
            hear(from, *frame->message);
        } else {
            step(MessageReceived{from, frame->epoch, frame->sequence, frame->acknowledged,
                                 *frame->message});
        }
        check();
    }

 private:
    static Process::Setup setup(bool server) {
        Process::Setup made;
        made.self = card_of(server ? kServer : kSelf);
        made.options.max_objects = 16;
        made.options.max_queue = 64;
        made.options.max_held = 16;
        made.options.persist_state = server;
        return made;
    }
    void hear(ProcessId from, Message message) {
        const auto& links = process_.state().links.all();
        const auto link = links.find(from);
        if (link == links.end()) return;
        const Sequence number = is_heartbeat(message) ? 0 : link->second.received + 1;
        step(MessageReceived{from, link->second.epoch, number, link->second.sent,
                             std::move(message)});
    }
    void resume(ProcessId from) {
        const auto& links = process_.state().links.all();
        const auto link = links.find(from);
        if (link == links.end()) return;
        const Epoch epoch = link->second.epoch;
        const Sequence received = link->second.acknowledged;
        step(LinkDown{from, epoch, false});
        if (from == kServer) {
            step(LinkResumed{from, epoch, received});
        } else {
            step(LinkGreeted{from, epoch, received});
        }
    }
    void step(Input input) {
        now_ += Micros{1};
        for (Effect& effect : process_.step(Event{now_, std::move(input)})) {
            if (const auto* start = std::get_if<StartComputation>(&effect)) finish(*start);
        }
    }
    void finish(const StartComputation& start) {
        std::vector<Output> outputs;
        for (const Object& input : start.inputs) outputs.push_back({input.id, input.body});
        step(ComputationDone{start.operation, std::move(outputs)});
    }
    void check() const {
        const State& state = process_.state();
        TRIBUTARY_ASSERT(state.queues.size() <= state.options.max_objects);
        TRIBUTARY_ASSERT(state.backlog.size() <= state.options.max_held);
        for (const auto& [id, queue] : state.queues) {
            TRIBUTARY_ASSERT(queue.size() >= 1 && queue.size() <= 2 * state.options.max_queue);
        }
        static_cast<void>(process_.status());
        if (state.is_server()) static_cast<void>(process_.image());
    }

    Process process_;
    Micros now_{1'000'000};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ByteReader in(ByteView(data, size));
    Target target(in.u8() % 2 == 0);
    while (in.ok() && in.remaining() > 0) target.record(in);
    return 0;
}
