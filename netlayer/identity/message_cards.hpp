#pragma once
// Which cards a message carries: everybody whom it introduces or describes.
// Function; any thread. protocol section 6.

#include <vector>

#include "netlayer/message.hpp"

namespace tributary::netlayer {

/// @return  views into the message
std::vector<const Card*> cards_of(const Message& message);

}  // namespace tributary::netlayer
