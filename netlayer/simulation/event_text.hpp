#pragma once
// What a process is told and what it does, as one JSON object each: the words of an event log.
// Invariants: equal values give equal text, and different ones different text, so that effects can
// be compared as text; input_of(text_of(input)) is the input again. Messages stand there as their
// wire frames, in hexadecimal, so that a new kind of message needs nothing here.
// Functions; any thread. The format is documented in docs/simulation.md.

#include <string>

#include "base/result.hpp"
#include "netlayer/process.hpp"
#include "netlayer/wire/codec.hpp"

namespace tributary::netlayer::simulation {

/// Nothing that a process says is too large to be written down.
CodecLimits log_limits();

std::string text_of(const Input& input);
std::string text_of(const Effect& effect);
/// How a process begins, with the server's stored image if it has one.
std::string text_of(const Process::Setup& setup);

/// @error corrupt
Result<Input> input_of(const std::string& text);
/// @error corrupt, mismatch (options of another version)
Result<Process::Setup> setup_of(const std::string& text);

}  // namespace tributary::netlayer::simulation
