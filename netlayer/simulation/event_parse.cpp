// Reads what event_text.cpp writes.
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "netlayer/server/image_codec.hpp"
#include "netlayer/simulation/event_text.hpp"
#include "netlayer/simulation/setup_fields.hpp"

namespace tributary::netlayer::simulation {
namespace {

using Json = nlohmann::ordered_json;

Result<Bytes> bytes_of(const Json& json) {
    const auto& text = json.get_ref<const std::string&>();
    const auto digit = [](char letter) {
        if (letter >= '0' && letter <= '9') return letter - '0';
        return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
    };
    Bytes bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        const int high = digit(text[i]);
        const int low = digit(text[i + 1]);
        if (high < 0 || low < 0) return fail(Errc::corrupt, "a digit is not hexadecimal");
        bytes.push_back(static_cast<std::uint8_t>(high * 16 + low));
    }
    if (text.size() % 2 != 0) return fail(Errc::corrupt, "half a byte is missing");
    return bytes;
}

Result<Body> body_of(const Json& json) {
    TRIBUTARY_TRY(Bytes bytes, bytes_of(json));
    if (bytes.empty()) return Body{};
    return std::make_shared<const Bytes>(std::move(bytes));
}

Result<Frame> frame_of(const Json& json) {
    TRIBUTARY_TRY(const Bytes bytes, bytes_of(json));
    return decode(bytes, log_limits());
}

Result<Card> card_of(const Json& json) {
    TRIBUTARY_TRY(const Frame frame, frame_of(json));
    const auto* request = frame.message ? std::get_if<JoinRequest>(&*frame.message) : nullptr;
    if (request == nullptr) return fail(Errc::corrupt, "a card is something else");
    return request->joiner;
}

Result<std::vector<Object>> objects_of(const Json& json) {
    std::vector<Object> all;
    for (const Json& each : json) {
        TRIBUTARY_TRY(Body body, body_of(each.at("body")));
        all.push_back({each.at("object").get<ObjectId>(), each.at("version").get<Version>(),
                       std::move(body)});
    }
    return all;
}

Result<Input> message_of(const Json& json) {
    TRIBUTARY_TRY(Frame frame, frame_of(json.at("frame")));
    if (!frame.message) return fail(Errc::corrupt, "a message is a greeting");
    if (json.at("kind") == "direct") return DirectReceived{frame.from, std::move(*frame.message)};
    return MessageReceived{frame.from, frame.epoch, frame.sequence, frame.acknowledged,
                           std::move(*frame.message)};
}

Result<Input> computed_of(const Json& json) {
    const auto operation = json.at("operation").get<OperationId>();
    if (json.contains("error")) {
        const Json& error = json.at("error");
        return ComputationDone{operation, fail(static_cast<Errc>(error.at("code").get<int>()),
                                               error.at("message").get<std::string>())};
    }
    std::vector<Output> outputs;
    for (const Json& each : json.at("outputs")) {
        TRIBUTARY_TRY(Body body, body_of(each.at("body")));
        outputs.push_back({each.at("object").get<ObjectId>(), std::move(body)});
    }
    return ComputationDone{operation, std::move(outputs)};
}

Result<Input> join_of(const Json& json) {
    TRIBUTARY_TRY(Card server, card_of(json.at("server")));
    return JoinInvoked{std::move(server), json.at("incarnation").get<Incarnation>()};
}

Result<Input> card_issued_of(const Json& json) {
    TRIBUTARY_TRY(const Bytes membership, bytes_of(json.at("membership")));
    return CardIssued{std::string(membership.begin(), membership.end())};
}

Result<Input> revocation_of(const Json& json) {
    TRIBUTARY_TRY(const Frame frame, frame_of(json.at("frame")));
    const auto* revocation = frame.message ? std::get_if<Revoke>(&*frame.message) : nullptr;
    if (revocation == nullptr) return fail(Errc::corrupt, "a revocation is something else");
    return RevocationIssued{*revocation};
}

template <typename Kind>
Kind link_of(const Json& json) {
    return Kind{json.at("peer").get<ProcessId>(), json.at("epoch").get<Epoch>(),
                json.at("received").get<Sequence>()};
}

using Parser = std::function<Result<Input>(const Json&)>;

/// How each kind of input is read.
const std::map<std::string, Parser>& parsers() {
    static const std::map<std::string, Parser> all{
        {"started", [](const Json&) { return Input{Started{}}; }},
        {"link_up",
         [](const Json& e) {
             return Input{LinkUp{e.at("peer").get<ProcessId>(), e.at("epoch").get<Epoch>()}};
         }},
        {"link_down",
         [](const Json& e) {
             return Input{LinkDown{e.at("peer").get<ProcessId>(), e.at("epoch").get<Epoch>(),
                                   e.at("closed").get<bool>()}};
         }},
        {"message", message_of},
        {"direct", message_of},
        {"timer", [](const Json& e) { return Input{TimerFired{e.at("timer").get<TimerId>()}}; }},
        {"update",
         [](const Json& e) {
             return Input{UpdateInvoked{e.at("operation").get<OperationId>(),
                                        e.at("objects").get<std::vector<ObjectId>>(),
                                        e.at("force").get<bool>()}};
         }},
        {"read",
         [](const Json& e) {
             return Input{ReadInvoked{e.at("operation").get<OperationId>(),
                                      e.at("object").get<ObjectId>(), e.at("strict").get<bool>()}};
         }},
        {"join", join_of},
        {"leave", [](const Json&) { return Input{LeaveInvoked{}}; }},
        {"rotate",
         [](const Json& json) { return Input{RotateInvoked{json.at("child").get<ProcessId>()}}; }},
        {"policy",
         [](const Json& e) {
             return Input{PolicyChosen{static_cast<RotationPolicy>(e.at("policy").get<int>())}};
         }},
        {"computed", computed_of},
        {"stored", [](const Json& e) { return Input{Stored{e.at("token").get<std::uint64_t>()}}; }},
        {"link_resumed", [](const Json& e) { return Input{link_of<LinkResumed>(e)}; }},
        {"link_greeted", [](const Json& e) { return Input{link_of<LinkGreeted>(e)}; }},
        {"card_issued", card_issued_of},
        {"revocation_issued", revocation_of}};
    return all;
}

template <typename Options>
Status read_values(const Json& json, Options& options) {
    const auto all = fields(options);
    constexpr std::size_t kCount = std::tuple_size_v<decltype(fields(options))>;
    if (json.size() != kCount) {
        return fail(Errc::mismatch, "it has " + std::to_string(json.size()) +
                                        " options where this version has " +
                                        std::to_string(kCount));
    }
    std::size_t next = 0;
    const auto take = [&](auto& value) {
        using Value = std::decay_t<decltype(value)>;
        const Json& from = json.at(next++);
        if constexpr (std::is_same_v<Value, Micros>) {
            value = Micros{from.get<Micros::rep>()};
        } else {
            value = from.get<Value>();
        }
    };
    std::apply([&](auto&... each) { (take(each), ...); }, all);
    return {};
}

Result<std::shared_ptr<const ServerImage>> image_of(const Json& json) {
    StoredState stored;
    TRIBUTARY_TRY(stored.bytes, bytes_of(json.at("bytes")));
    for (const auto& [name, body] : json.at("bodies").items()) {
        TRIBUTARY_TRY(const Bytes hash, bytes_of(name));
        TRIBUTARY_TRY(stored.bodies[std::string(as_text(hash))], body_of(body));
    }
    return decode_image(stored);
}

Result<Process::Setup> read_setup(const Json& json) {
    Process::Setup setup;
    TRIBUTARY_TRY(setup.self, card_of(json.at("self")));
    TRIBUTARY_CHECK(read_values(json.at("options"), setup.options));
    TRIBUTARY_CHECK(read_values(json.at("faults"), setup.mutations));
    TRIBUTARY_TRY(setup.restored, objects_of(json.at("restored")));
    setup.recovered = json.at("recovered").get<bool>();
    if (json.contains("image")) {
        TRIBUTARY_TRY(setup.image, image_of(json.at("image")));
    }
    return setup;
}

}  // namespace

Result<Input> input_of(const std::string& text) {
    try {
        const Json json = Json::parse(text);
        const auto parser = parsers().find(json.at("kind").get<std::string>());
        if (parser == parsers().end()) return fail(Errc::corrupt, "its kind is not known");
        return parser->second(json);
    } catch (const Json::exception& problem) {
        return fail(Errc::corrupt, problem.what());
    }
}

Result<Process::Setup> setup_of(const std::string& text) {
    try {
        return read_setup(Json::parse(text));
    } catch (const Json::exception& problem) {
        return fail(Errc::corrupt, problem.what());
    }
}

}  // namespace tributary::netlayer::simulation
