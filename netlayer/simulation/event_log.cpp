#include "netlayer/simulation/event_log.hpp"

#include <utility>

#include "base/hash.hpp"
#include "netlayer/simulation/event_text.hpp"

namespace tributary::netlayer::simulation {
namespace {

constexpr std::string_view kSealKey = ",\"seal\":\"";
constexpr std::string_view kSealEnd = "\"}";
constexpr std::size_t kSealDigits = 32;

}  // namespace

std::string Seal::advance(const std::string& object) {
    last_ = to_hex(blake2b(to_bytes(last_ + object))).substr(0, kSealDigits);
    return last_;
}

std::string Seal::close(const std::string& object) {
    std::string line = object.substr(0, object.size() - 1);  // without its closing brace
    line.append(kSealKey).append(advance(object)).append(kSealEnd);
    return line;
}

Result<std::string> Seal::open(std::string_view line) {
    const std::size_t tail = kSealKey.size() + kSealDigits + kSealEnd.size();
    const bool sealed = line.size() > tail && line.ends_with(kSealEnd) &&
                        line.substr(line.size() - tail).starts_with(kSealKey);
    if (!sealed) return fail(Errc::corrupt, "it is not a sealed line of an event log");
    const std::string_view seal =
        line.substr(line.size() - kSealDigits - kSealEnd.size(), kSealDigits);
    std::string object = std::string(line.substr(0, line.size() - tail)) + "}";
    if (advance(object) != seal) {
        return fail(Errc::corrupt,
                    "its seal does not fit: this line, or one before it, was changed or removed "
                    "after it was recorded");
    }
    return object;
}

EventLog::EventLog(Sink sink) : sink_(std::move(sink)) {
    write(R"({"log":"tributary events","schema":1})");
}

void EventLog::start(const Process::Setup& setup) {
    write("{\"start\":" + std::to_string(setup.self.id) + ",\"setup\":" + text_of(setup) + "}");
}

void EventLog::step(ProcessId id, Micros now, const std::string& event,
                    const std::vector<Effect>& effects) {
    std::string object = "{\"process\":" + std::to_string(id) +
                         ",\"at\":" + std::to_string(now.count()) + ",\"event\":" + event +
                         ",\"effects\":[";
    for (const Effect& effect : effects) {
        if (&effect != &effects.front()) object += ",";
        object += text_of(effect);
    }
    write(object + "]}");
}

void EventLog::end() {
    write("{\"end\":" + std::to_string(lines_) + "}");
}

void EventLog::write(const std::string& object) {
    ++lines_;
    sink_(seal_.close(object));
}

}  // namespace tributary::netlayer::simulation
