#include "netlayer/simulation/event_text.hpp"

#include <nlohmann/json.hpp>
#include <type_traits>

#include "base/assert.hpp"
#include "base/hash.hpp"
#include "netlayer/server/image_codec.hpp"
#include "netlayer/simulation/setup_fields.hpp"

namespace tributary::netlayer::simulation {
namespace {

using Json = nlohmann::ordered_json;

std::string hex(const Body& body) {
    return to_hex(view(body));
}

std::string frame_of(Frame frame) {
    const auto bytes = encode(frame, log_limits());
    TRIBUTARY_ASSERT(bytes.has_value());
    return to_hex(*bytes);
}

/// A card as the wire writes it.
std::string card_of(const Card& card) {
    return frame_of(Frame{0, 0, 0, 0, 0, JoinRequest{card}});
}

Json json_of(const Object& object) {
    return {{"object", object.id}, {"version", object.version}, {"body", hex(object.body)}};
}

Json json_of(const std::vector<Object>& objects) {
    Json all = Json::array();
    for (const Object& object : objects) all.push_back(json_of(object));
    return all;
}

Json json_of(const Error& error) {
    return {{"code", static_cast<int>(error.code)}, {"message", error.message}};
}

Json json_of(const std::vector<Touched>& versions) {
    Json all = Json::array();
    for (const Touched& one : versions) all.push_back({one.object, one.version});
    return all;
}

/// Makes the JSON of every kind of input.
struct InputWriter {
    Json operator()(const Started&) const { return {{"kind", "started"}}; }
    Json operator()(const LinkUp& e) const {
        return {{"kind", "link_up"}, {"peer", e.peer}, {"epoch", e.epoch}};
    }
    Json operator()(const LinkDown& e) const {
        return {{"kind", "link_down"}, {"peer", e.peer}, {"epoch", e.epoch}, {"closed", e.closed}};
    }
    Json operator()(const MessageReceived& e) const {
        return {{"kind", "message"},
                {"name", message_name(e.message)},
                {"frame", frame_of({e.from, 0, e.epoch, e.sequence, e.acknowledged, e.message})}};
    }
    Json operator()(const DirectReceived& e) const {
        return {{"kind", "direct"},
                {"name", message_name(e.message)},
                {"frame", frame_of({e.from, 0, 0, 0, 0, e.message})}};
    }
    Json operator()(const TimerFired& e) const { return {{"kind", "timer"}, {"timer", e.timer}}; }
    Json operator()(const UpdateInvoked& e) const {
        return {{"kind", "update"},
                {"operation", e.operation},
                {"objects", e.objects},
                {"force", e.force}};
    }
    Json operator()(const ReadInvoked& e) const {
        return {{"kind", "read"},
                {"operation", e.operation},
                {"object", e.object},
                {"strict", e.strict}};
    }
    Json operator()(const JoinInvoked& e) const {
        return {{"kind", "join"}, {"server", card_of(e.server)}, {"incarnation", e.incarnation}};
    }
    Json operator()(const LeaveInvoked&) const { return {{"kind", "leave"}}; }
    Json operator()(const PolicyChosen& e) const {
        return {{"kind", "policy"}, {"policy", static_cast<int>(e.policy)}};
    }
    Json operator()(const RotateInvoked& e) const {
        return {{"kind", "rotate"}, {"child", e.child}};
    }
    Json operator()(const ComputationDone& e) const {
        Json made{{"kind", "computed"}, {"operation", e.operation}};
        if (!e.outputs) {
            made["error"] = json_of(e.outputs.error());
            return made;
        }
        made["outputs"] = Json::array();
        for (const Output& output : *e.outputs) {
            made["outputs"].push_back({{"object", output.object}, {"body", hex(output.body)}});
        }
        return made;
    }
    Json operator()(const Stored& e) const { return {{"kind", "stored"}, {"token", e.token}}; }
    Json operator()(const LinkResumed& e) const {
        return {{"kind", "link_resumed"},
                {"peer", e.peer},
                {"epoch", e.epoch},
                {"received", e.received}};
    }
    Json operator()(const LinkGreeted& e) const {
        return {{"kind", "link_greeted"},
                {"peer", e.peer},
                {"epoch", e.epoch},
                {"received", e.received}};
    }
    Json operator()(const CardIssued& e) const {
        return {{"kind", "card_issued"}, {"membership", to_hex(to_bytes(e.membership))}};
    }
    Json operator()(const RevocationIssued& e) const {
        return {{"kind", "revocation_issued"}, {"frame", frame_of({0, 0, 0, 0, 0, e.revocation})}};
    }
};

/// Makes the JSON of every kind of notice.
struct NoticeWriter {
    Json operator()(const Applied& n) const {
        return {{"notice", "applied"},
                {"operation", n.operation},
                {"read", json_of(n.read)},
                {"written", json_of(n.written)}};
    }
    Json operator()(const Durable& n) const {
        return {{"notice", "durable"}, {"operation", n.operation}};
    }
    Json operator()(const Aborted& n) const {
        return {{"notice", "aborted"}, {"operation", n.operation}, {"error", json_of(n.error)}};
    }
    Json operator()(const ReadCompleted& n) const {
        return {{"notice", "read"}, {"operation", n.operation}, {"of", json_of(n.object)}};
    }
    Json operator()(const Joined& n) const {
        return {{"notice", "joined"}, {"parent", card_of(n.parent)}, {"epoch", n.epoch}};
    }
    Json operator()(const JoinRefused& n) const {
        return {{"notice", "join_refused"}, {"reason", n.reason}};
    }
    Json operator()(const Left&) const { return {{"notice", "left"}}; }
    Json operator()(const LeaveRefused& n) const {
        return {{"notice", "leave_refused"}, {"error", json_of(n.error)}};
    }
    Json operator()(const LostConnection& n) const {
        return {{"notice", "lost_connection"}, {"reason", n.reason}};
    }
    Json operator()(const ParentReplaced& n) const {
        return {{"notice", "parent_replaced"},
                {"parent", card_of(n.parent)},
                {"epoch", n.epoch},
                {"promoted", n.promoted}};
    }
    Json operator()(const ChildJoined& n) const {
        return {{"notice", "child_joined"}, {"child", card_of(n.child)}};
    }
    Json operator()(const ChildGone& n) const {
        return {{"notice", "child_gone"},
                {"child", n.child},
                {"left", n.left},
                {"reconstituted", n.reconstituted}};
    }
};

/// Makes the JSON of every kind of effect.
struct EffectWriter {
    Json operator()(const Send& e) const {
        return {{"kind", "send"},
                {"name", message_name(e.message)},
                {"frame", frame_of({0, e.to, e.epoch, e.sequence, e.acknowledged, e.message})}};
    }
    Json operator()(const SendDirect& e) const {
        return {{"kind", "send_direct"},
                {"name", message_name(e.message)},
                {"to", card_of(e.to)},
                {"frame", frame_of({0, e.to.id, 0, 0, 0, e.message})}};
    }
    Json operator()(const OpenLink& e) const {
        return {
            {"kind", "open_link"}, {"peer", card_of(e.peer)}, {"epoch", e.epoch}, {"dial", e.dial}};
    }
    Json operator()(const CloseLink& e) const {
        return {{"kind", "close_link"}, {"peer", e.peer}, {"epoch", e.epoch}, {"flush", e.flush}};
    }
    Json operator()(const SetTimer& e) const {
        return {{"kind", "set_timer"}, {"timer", e.timer}, {"at", e.at.count()}};
    }
    Json operator()(const StartComputation& e) const {
        return {{"kind", "compute"}, {"operation", e.operation}, {"inputs", json_of(e.inputs)}};
    }
    Json operator()(const Persist& e) const {
        Json made{{"kind", "persist"}, {"token", e.token}, {"objects", json_of(e.objects)}};
        if (e.image) made["image"] = to_hex(blake2b(ImageEncoder().encode(*e.image).bytes));
        return made;
    }
    Json operator()(const Notify& e) const {
        Json made = std::visit(NoticeWriter{}, e.notice);
        made["kind"] = "notify";
        return made;
    }
    Json operator()(const Welcome& e) const {
        return {{"kind", "welcome"},
                {"to", e.to},
                {"epoch", e.epoch},
                {"received", e.received},
                {"closed", e.closed}};
    }
};

template <typename Options>
Json values_of(Options options) {
    Json all = Json::array();
    const auto add = [&all](const auto& value) {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, Micros>) {
            all.push_back(value.count());
        } else {
            all.push_back(value);
        }
    };
    std::apply([&](const auto&... each) { (add(each), ...); }, fields(options));
    return all;
}

}  // namespace

CodecLimits log_limits() {
    CodecLimits limits;
    limits.message_bytes = std::size_t{1} << 30U;
    return limits;
}

std::string text_of(const Input& input) {
    return std::visit(InputWriter{}, input).dump();
}

std::string text_of(const Effect& effect) {
    return std::visit(EffectWriter{}, effect).dump();
}

std::string text_of(const Process::Setup& setup) {
    Json made{{"self", card_of(setup.self)},
              {"options", values_of(setup.options)},
              {"faults", values_of(setup.mutations)},
              {"restored", json_of(setup.restored)},
              {"recovered", setup.recovered}};
    if (setup.image) {
        const StoredState stored = ImageEncoder().encode(*setup.image);
        Json bodies = Json::object();
        for (const auto& [name, body] : stored.bodies) bodies[to_hex(to_bytes(name))] = hex(body);
        made["image"] = {{"bytes", to_hex(stored.bytes)}, {"bodies", bodies}};
    }
    return made.dump();
}

}  // namespace tributary::netlayer::simulation
