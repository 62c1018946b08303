#pragma once
// The parts of an object's body that tell its history: contributors, lineage, quarantine, card and
// calibration. Used by codec.cpp alone. Any thread. Format: docs/formats.md.

#include <string>

#include "classifier/object/classifier_object.hpp"
#include "classifier/object/object.pb.h"

namespace tributary::classifier {

std::string text_of(ByteView bytes);
ByteView view_of(const std::string& text);
/// @error corrupt
Status read_digest(const std::string& text, Digest& digest);

void write_history(const ClassifierObject& object, format::Body& body);
void write_card(const ClassifierObject& object, format::Body& body);

/// @param object  its model has been read
/// @error corrupt
Status read_history(const format::Body& body, ClassifierObject& object);
void read_card(const format::Body& body, ClassifierObject& object);

}  // namespace tributary::classifier
