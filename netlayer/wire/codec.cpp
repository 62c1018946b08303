#include "netlayer/wire/codec.hpp"

#include <algorithm>

#include "netlayer/wire/bodies.hpp"
#include "netlayer/wire/schema.hpp"

namespace tributary::netlayer {

namespace {

tl::unexpected<Error> corrupt(const std::string& cause) {
    return fail(Errc::corrupt,
                "a frame was dropped: " + cause + ". Check that all members run the same version");
}

struct Counts {
    std::size_t objects = 0;
    std::size_t dependencies = 0;
    std::size_t path = 0;
    std::size_t neighbours = 0;
    std::size_t queue = 0;
};

Counts counts_of(const Message& message) {
    return std::visit(
        [](const auto& content) {
            Counts counts;
            if constexpr (requires { content.copies; }) counts.objects = content.copies.size();
            if constexpr (requires { content.objects; }) counts.objects = content.objects.size();
            if constexpr (requires { content.dependencies; }) {
                counts.dependencies = content.dependencies.size();
            }
            if constexpr (requires { content.path; }) counts.path = content.path.size();
            if constexpr (requires { content.siblings; }) {
                counts.neighbours = content.siblings.size();
            }
            if constexpr (requires { content.known; }) {
                counts.objects = std::max(counts.objects, content.known.size());
            }
            if constexpr (requires { content.versions; }) {
                counts.objects = std::max(counts.objects, content.versions.size());
            }
            if constexpr (requires { content.epochs; }) {
                counts.neighbours = content.epochs.size();
            }
            if constexpr (requires { content.queues; }) {
                counts.objects = std::max(counts.objects, content.queues.size());
                for (const QueueCopy& copy : content.queues) {
                    counts.queue = std::max(counts.queue, copy.processes.size());
                }
            }
            return counts;
        },
        message);
}

bool within(const Counts& counts, const CodecLimits& limits) {
    return counts.objects <= limits.objects && counts.dependencies <= limits.dependencies &&
           counts.path <= limits.path && counts.neighbours <= limits.neighbours &&
           counts.queue <= limits.queue;
}

/// Where a frame stands in the conversation must fit what it says.
const char* misplaced(const Frame& frame) {
    if (!frame.message) {
        const bool fits = frame.sequence == 0 && (frame.epoch != 0 || frame.acknowledged == 0);
        return fits ? nullptr : "a greeting is numbered or acknowledges on no edge";
    }
    if (is_direct(*frame.message)) {
        const bool outside = frame.epoch == 0 && frame.sequence == 0 && frame.acknowledged == 0;
        return outside ? nullptr : "a message outside the tree names an edge";
    }
    if (frame.epoch == 0) return "a message of the tree names no edge";
    if (is_heartbeat(*frame.message) != (frame.sequence == 0)) {
        return "its number does not fit its kind";
    }
    return nullptr;
}

/// The contents that may carry objects, as they stand in the frame without them.
const google::protobuf::MessageLite* carrier_in(const wire::Frame& frame) {
    switch (frame.content_case()) {
        case wire::Frame::kMigrate: return &frame.migrate();
        case wire::Frame::kReadClimb: return &frame.read_climb();
        case wire::Frame::kReadReturn: return &frame.read_return();
        case wire::Frame::kForce: return &frame.force();
        case wire::Frame::kPromotePart: return &frame.promote_part();
        case wire::Frame::kLockXOk: return &frame.lock_x_ok();
        case wire::Frame::kCommit: return &frame.commit();
        default: return nullptr;
    }
}

void append(const google::protobuf::MessageLite& message, Bytes& bytes) {
    const std::size_t before = bytes.size();
    bytes.resize(before + message.ByteSizeLong());
    message.SerializeWithCachedSizesToArray(bytes.data() + before);
}

Status check_size(std::size_t size, const CodecLimits& limits) {
    if (size <= limits.message_bytes) return {};
    return fail(Errc::limit_exceeded,
                "a message of " + std::to_string(size) + " bytes is larger than the limit of " +
                    std::to_string(limits.message_bytes) +
                    ". Bound the size of models or raise the limit of all members together");
}

wire::Frame head_of(const Frame& frame) {
    wire::Frame made;
    made.set_protocol(kProtocolNumber);
    made.set_from(frame.from);
    made.set_to(frame.to);
    made.set_epoch(frame.epoch);
    made.set_sequence(frame.sequence);
    made.set_acknowledged(frame.acknowledged);
    return made;
}

Result<Frame> parse(ByteView bytes, const SplitFrame* split, const CodecLimits& limits) {
    wire::Frame parsed;
    if (!parsed.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
        return corrupt("it is not of the wire schema");
    }
    if (parsed.protocol() != kProtocolNumber) {
        return corrupt("it is of protocol " + std::to_string(parsed.protocol()) +
                       ", this is protocol " + std::to_string(kProtocolNumber));
    }
    Frame frame{parsed.from(), parsed.to(), parsed.epoch(), parsed.sequence(),
                parsed.acknowledged()};
    const Status content = schema::get_content(parsed, split, limits, frame);
    if (!content) return corrupt(content.error().message);
    if (const char* cause = misplaced(frame)) return corrupt(cause);
    return frame;
}

}  // namespace

bool is_direct(const Message& message) {
    return std::holds_alternative<JoinRequest>(message) ||
           std::holds_alternative<JoinAccept>(message) ||
           std::holds_alternative<JoinRefuse>(message);
}

Result<Bytes> encode(const Frame& frame, const CodecLimits& limits) {
    if (frame.message && !within(counts_of(*frame.message), limits)) {
        return fail(Errc::limit_exceeded,
                    "a message carries more objects, dependencies or processes than the limit "
                    "allows. Raise the limits of all members together");
    }
    wire::Frame made = head_of(frame);
    schema::put_content(frame, limits, made);
    const google::protobuf::MessageLite* carrier = carrier_in(made);
    Bytes bytes;
    if (carrier == nullptr) {
        TRIBUTARY_CHECK(check_size(made.ByteSizeLong(), limits));
        append(made, bytes);
        return bytes;
    }
    const wire::Frame head = head_of(frame);
    const std::vector<FieldObject> objects = objects_in(*frame.message);
    const auto field = static_cast<std::uint32_t>(made.content_case());
    const std::size_t content = carrier->ByteSizeLong() + objects_size(objects);
    const std::size_t size = head.ByteSizeLong() + head_size(field, content) + content;
    TRIBUTARY_CHECK(check_size(size, limits));
    bytes.reserve(size);
    append(head, bytes);
    append_head(bytes, field, content);
    append(*carrier, bytes);
    append_objects(objects, bytes);
    return bytes;
}

Result<Frame> decode_whole(ByteView bytes, const CodecLimits& limits) {
    if (bytes.size() > limits.message_bytes) {
        return fail(Errc::limit_exceeded, "a frame of " + std::to_string(bytes.size()) +
                                              " bytes was dropped: the limit is " +
                                              std::to_string(limits.message_bytes) +
                                              ". Use the same limit at all members");
    }
    return parse(bytes, nullptr, limits);
}

Result<Frame> decode(ByteView bytes, const CodecLimits& limits) {
    const auto split = bytes.size() <= limits.message_bytes ? split_bodies(bytes) : std::nullopt;
    return split ? parse(split->rest, &*split, limits) : decode_whole(bytes, limits);
}

}  // namespace tributary::netlayer
