// Any words of neighbours that break the protocol, to a server and to an inner process, in the
// k-ary tree and in the one that rotates: nothing they say may break an invariant that a process
// asserts, and what they leave behind stays bounded. Input: one byte of role (1: not the server, 2:
// search tree), then records of sender, flags, length (two bytes) and a frame. Unless a flag
// forbids it, the frame's epoch and number are made to fit, so that the words are listened to.
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

/// In the search tree 1 is left of the inner process and 2 right of it; under the server 1 is
/// alone.
Card placed(ProcessId id) {
    Card card = card_of(id);
    card.key = id == kServer ? kServerKey : id == kSelf ? Key{40} : Key{30 * id - 10};
    return card;
}

class Target {
 public:
    Target(bool server, bool search) : process_(setup(server, search)) {
        const auto card = search ? placed : card_of;
        if (server) {
            step(Started{});
            for (const ProcessId child : {ProcessId{1}, ProcessId{2}}) {
                step(DirectReceived{child, JoinRequest{card(child)}});
            }
        } else {
            JoinAccept accept{card(kServer), 6, kParentEpoch};
            accept.key = card(kSelf).key;
            accept.policy = RotationPolicy::regret;
            accept.balance = true;
            step(JoinInvoked{card(kServer), 6});
            step(DirectReceived{kServer, accept});
            for (const ProcessId child : {ProcessId{1}, ProcessId{2}})
                hear(kServer, JoinForward{card(child)});
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
        if ((flags & 16U) != 0) step(RotateInvoked{from});
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
    static Process::Setup setup(bool server, bool search) {
        Process::Setup made;
        made.self = card_of(server ? kServer : kSelf);
        made.options.search_tree = server && search;
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
    const std::uint8_t role = in.u8();
    Target target((role & 1U) == 0, (role & 2U) != 0);
    while (in.ok() && in.remaining() > 0) target.record(in);
    return 0;
}
