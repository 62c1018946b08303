#include "netlayer/wire/bodies.hpp"

#include <array>
#include <type_traits>

#include "netlayer/wire/schema.hpp"

namespace tributary::netlayer {
namespace {

constexpr std::uint32_t kId = wire::Object::kIdFieldNumber;
constexpr std::uint32_t kVersion = wire::Object::kVersionFieldNumber;
constexpr std::uint32_t kBody = wire::Object::kBodyFieldNumber;
constexpr std::uint32_t kFirstContent = wire::Frame::kHelloFieldNumber;
constexpr std::uint64_t kVarint = 0;  // wire types
constexpr std::uint64_t kFixed64 = 1;
constexpr std::uint64_t kLength = 2;
constexpr std::uint64_t kFixed32 = 5;

/// The contents that carry objects: their field in the frame, and the objects' fields in them.
struct Carrier {
    std::uint32_t content;
    std::uint32_t single;  ///< 0: none
    std::uint32_t many;    ///< 0: none
};
constexpr std::array<Carrier, 7> kCarriers{
    {{wire::Frame::kMigrateFieldNumber, wire::Migrate::kObjectFieldNumber,
      wire::Migrate::kCopiesFieldNumber},
     {wire::Frame::kReadClimbFieldNumber, wire::ReadClimb::kObjectFieldNumber,
      wire::ReadClimb::kCopiesFieldNumber},
     {wire::Frame::kReadReturnFieldNumber, wire::ReadReturn::kObjectFieldNumber, 0},
     {wire::Frame::kForceFieldNumber, 0, wire::Force::kObjectsFieldNumber},
     {wire::Frame::kPromotePartFieldNumber, 0, wire::PromotePart::kObjectsFieldNumber},
     {wire::Frame::kLockXOkFieldNumber, 0, wire::LockXOk::kObjectsFieldNumber},
     {wire::Frame::kCommitFieldNumber, 0, wire::Commit::kObjectsFieldNumber}}};

std::size_t varint_size(std::uint64_t value) {
    std::size_t size = 1;
    for (; value >= 0x80; value >>= 7U) ++size;
    return size;
}

std::size_t object_size(const Object& object) {
    std::size_t size = head_size(kId, object.id.size()) + object.id.size();
    if (object.version != 0) size += 1 + varint_size(object.version);
    const std::size_t body = view(object.body).size();
    return body == 0 ? size : size + head_size(kBody, body) + body;
}

/// One field of a message, as it stands there.
struct Field {
    std::uint32_t number = 0;
    std::uint64_t type = 0;
    ByteView whole;
    ByteView content;  ///< of a field with a length
};

/// Takes one field after the other; ok() is false for good at the first unusual one.
class Fields {
 public:
    explicit Fields(ByteView bytes) : rest_(bytes) {}

    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] bool more() const { return ok_ && !rest_.empty(); }

    Field next() {
        const ByteView begin = rest_;
        Field field;
        const std::uint64_t tag = varint();
        field.number = static_cast<std::uint32_t>(tag >> 3U);
        field.type = tag & 7U;
        if (tag >> 32U != 0 || field.number == 0) ok_ = false;
        if (field.type == kVarint) {
            varint();
        } else if (field.type == kFixed64 || field.type == kFixed32) {
            take(field.type == kFixed64 ? 8 : 4);
        } else if (field.type == kLength) {
            field.content = take(varint());
        } else {
            ok_ = false;
        }
        field.whole = begin.first(begin.size() - rest_.size());
        return field;
    }

 private:
    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < rest_.size() && i < 9; ++i) {
            value |= std::uint64_t{rest_[i] & 0x7FU} << (7 * i);
            if (rest_[i] >= 0x80) continue;
            if (i > 0 && rest_[i] == 0) break;  // longer than it need be
            rest_ = rest_.subspan(i + 1);
            return value;
        }
        ok_ = false;
        return 0;
    }
    ByteView take(std::uint64_t count) {
        if (count > rest_.size()) ok_ = false;
        if (!ok_) return {};
        const ByteView taken = rest_.first(static_cast<std::size_t>(count));
        rest_ = rest_.subspan(taken.size());
        return taken;
    }

    ByteView rest_;
    bool ok_ = true;
};

void append(Bytes& bytes, ByteView more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
}

/// Appends an object without its body to `rest`.
std::optional<ByteView> split_object(const Field& object, Bytes& rest) {
    Bytes kept;
    ByteView body;
    std::size_t bodies = 0;
    Fields fields(object.content);
    while (fields.more()) {
        const Field field = fields.next();
        if (field.number == kBody && field.type == kLength) {
            body = field.content;
            ++bodies;
        } else {
            append(kept, field.whole);
        }
    }
    if (!fields.ok() || bodies > 1) return std::nullopt;
    append_head(rest, object.number, kept.size());
    append(rest, kept);
    return body;
}

/// Appends a content without bodies to `split.rest`.
bool split_content(const Carrier& carrier, ByteView content, SplitFrame& split) {
    Bytes kept;
    Fields fields(content);
    while (fields.more()) {
        const Field field = fields.next();
        const bool single = carrier.single != 0 && field.number == carrier.single;
        const bool many = carrier.many != 0 && field.number == carrier.many;
        if ((!single && !many) || field.type != kLength) {
            append(kept, field.whole);
            continue;
        }
        const auto body = split_object(field, kept);
        if (!body) return false;
        (single ? split.single : split.many).push_back(*body);
    }
    if (!fields.ok() || split.single.size() > 1) return false;
    append_head(split.rest, carrier.content, kept.size());
    append(split.rest, kept);
    return true;
}

}  // namespace

void append_varint(Bytes& bytes, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U) bytes.push_back(static_cast<std::uint8_t>(value | 0x80U));
    bytes.push_back(static_cast<std::uint8_t>(value));
}

void append_head(Bytes& bytes, std::uint32_t field, std::size_t length) {
    append_varint(bytes, std::uint64_t{field} << 3U | kLength);
    append_varint(bytes, length);
}

std::size_t head_size(std::uint32_t field, std::size_t length) {
    return varint_size(std::uint64_t{field} << 3U) + varint_size(length);
}

std::vector<FieldObject> objects_in(const Message& message) {
    std::vector<FieldObject> all;
    const auto add = [&all](std::uint32_t field, const std::vector<Object>& objects) {
        for (const Object& object : objects) all.push_back({field, &object});
    };
    std::visit(
        [&](const auto& content) {
            using Kind = std::decay_t<decltype(content)>;
            if constexpr (std::is_same_v<Kind, Migrate>) {
                all.push_back({wire::Migrate::kObjectFieldNumber, &content.object});
                add(wire::Migrate::kCopiesFieldNumber, content.copies);
            } else if constexpr (std::is_same_v<Kind, ReadClimb>) {
                all.push_back({wire::ReadClimb::kObjectFieldNumber, &content.object});
                add(wire::ReadClimb::kCopiesFieldNumber, content.copies);
            } else if constexpr (std::is_same_v<Kind, ReadReturn>) {
                all.push_back({2, &content.object});
            } else if constexpr (std::is_same_v<Kind, Force> || std::is_same_v<Kind, PromotePart>) {
                add(2, content.objects);
            } else if constexpr (std::is_same_v<Kind, LockXOk>) {
                add(wire::LockXOk::kObjectsFieldNumber, content.objects);
            } else if constexpr (std::is_same_v<Kind, Commit>) {
                add(wire::Commit::kObjectsFieldNumber, content.objects);
            }
        },
        message);
    return all;
}

std::size_t objects_size(const std::vector<FieldObject>& objects) {
    std::size_t size = 0;
    for (const FieldObject& each : objects) {
        const std::size_t length = object_size(*each.object);
        size += head_size(each.field, length) + length;
    }
    return size;
}

void append_objects(const std::vector<FieldObject>& objects, Bytes& bytes) {
    for (const FieldObject& each : objects) {
        const Object& object = *each.object;
        append_head(bytes, each.field, object_size(object));
        append_head(bytes, kId, object.id.size());
        bytes.insert(bytes.end(), object.id.begin(), object.id.end());
        if (object.version != 0) {
            append_varint(bytes, std::uint64_t{kVersion} << 3U | kVarint);
            append_varint(bytes, object.version);
        }
        const ByteView body = view(object.body);
        if (body.empty()) continue;
        append_head(bytes, kBody, body.size());
        append(bytes, body);
    }
}

std::optional<SplitFrame> split_bodies(ByteView frame) {
    SplitFrame split;
    std::size_t contents = 0;
    Fields fields(frame);
    while (fields.more()) {
        const Field field = fields.next();
        contents += field.number >= kFirstContent ? 1 : 0;
        const Carrier* carrier = nullptr;
        for (const Carrier& each : kCarriers) {
            if (each.content == field.number && field.type == kLength) carrier = &each;
        }
        if (carrier == nullptr) {
            append(split.rest, field.whole);
        } else if (!split_content(*carrier, field.content, split)) {
            return std::nullopt;
        }
    }
    const bool usual = fields.ok() && contents == 1;
    if (!usual || split.single.size() + split.many.size() == 0) return std::nullopt;
    return split;
}

}  // namespace tributary::netlayer
