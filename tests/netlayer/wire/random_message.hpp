#pragma once
// Random messages of every kind, and a description of each that owes nothing to the wire schema.
// Functions; one thread per generator.

#include <string>

#include "base/random.hpp"
#include "netlayer/message.hpp"

namespace tributary::netlayer {

/// How the membership of every random card begins.
inline const std::string kRandomMembership = "membership:";

/// A message of the alternative with this index, with random content within all bounds.
Message random_message(std::size_t alternative, Random& random);

/// Every field of a message as text.
std::string describe(const Message& message);

}  // namespace tributary::netlayer
