#pragma once
// Bodies of objects beside the generated code, which would copy each of them twice: written
// straight into the frame, and found in a frame before the rest of it is parsed. The bytes are
// those of the schema (netlayer/wire/message.proto), whoever writes or reads them.
// Invariants: split() only understands frames in their usual shape, with every number as short as
// it can be, one content, and one body an object; everything else it leaves to the generated code,
// which decides what is an error. Functions; any thread. protocol section 1 (decision 7).

#include <optional>
#include <vector>

#include "netlayer/wire/codec.hpp"

namespace tributary::netlayer {

/// Objects of a message, with the number of the field in which each stands.
struct FieldObject {
    std::uint32_t field = 0;
    const Object* object = nullptr;
};

/// Every object that the message carries, in the order of the schema.
std::vector<FieldObject> objects_in(const Message& message);

/// How many bytes these objects take within their message.
std::size_t objects_size(const std::vector<FieldObject>& objects);

/// Appends them.
void append_objects(const std::vector<FieldObject>& objects, Bytes& bytes);

/// Appends an unsigned number, or the head of a field that has a length.
void append_varint(Bytes& bytes, std::uint64_t value);
void append_head(Bytes& bytes, std::uint32_t field, std::size_t length);
std::size_t head_size(std::uint32_t field, std::size_t length);

/// A frame without its bodies, and where they are in it.
struct SplitFrame {
    Bytes rest;
    std::vector<ByteView> single;  ///< of the field `object`; empty without one
    std::vector<ByteView> many;    ///< of `copies` or `objects`, in order
};

/// @return nullopt when the frame carries no objects, or has another shape
std::optional<SplitFrame> split_bodies(ByteView frame);

}  // namespace tributary::netlayer
