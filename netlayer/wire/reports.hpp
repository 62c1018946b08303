#pragma once
// Private to netlayer/wire: what processes tell of themselves, on generated types.
// Functions; any thread.

#include <netlayer/wire/message.pb.h>

#include "netlayer/message.hpp"

namespace tributary::netlayer::schema {

void put_reports(const std::vector<SelfReport>& from, wire::Ping& to);

/// @return  nothing when a list or a text is longer than any process makes it
std::optional<std::vector<SelfReport>> get_reports(const wire::Ping& from);

}  // namespace tributary::netlayer::schema
