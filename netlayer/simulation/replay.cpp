#include "netlayer/simulation/replay.hpp"

#include <istream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "netlayer/server/image.hpp"
#include "netlayer/simulation/event_log.hpp"
#include "netlayer/simulation/event_text.hpp"

namespace tributary::netlayer {
namespace {

using namespace simulation;
using Json = nlohmann::ordered_json;

constexpr std::size_t kShown = 300;

std::string shown(const std::string& text) {
    return text.size() <= kShown ? text : text.substr(0, kShown) + "...";
}

class Replayer {
 public:
    Status line(const std::string& text) {
        if (ended_) return fail(Errc::corrupt, "it stands behind the end of the log");
        TRIBUTARY_TRY(const std::string object, seal_.open(text));
        ++done_.lines;
        try {
            return read(Json::parse(object));
        } catch (const Json::exception& problem) {
            return fail(Errc::corrupt, problem.what());
        }
    }

    Result<Replayed> finish() const {
        if (ended_) return done_;
        return fail(Errc::corrupt, "the log breaks off: its last line is missing");
    }

 private:
    struct Member {
        Process process;
        Micros now{0};
        bool persists_state = false;
    };

    Status read(const Json& json) {
        if (done_.lines == 1) {
            const bool ours =
                json.value("log", "") == "tributary events" && json.value("schema", 0) == 1;
            return ours ? Status{}
                        : fail(Errc::corrupt, "it does not begin an event log of schema 1");
        }
        if (json.contains("start")) return start(json);
        if (json.contains("process")) return step(json);
        if (!json.contains("end")) return fail(Errc::corrupt, "it says nothing that is known");
        ended_ = true;
        if (json.at("end").get<std::uint64_t>() + 1 == done_.lines) return {};
        return fail(Errc::corrupt, "it counts other lines than there are");
    }

    Status start(const Json& json) {
        TRIBUTARY_TRY(Process::Setup setup, setup_of(json.at("setup").dump()));
        const ProcessOptions& options = setup.options;
        const bool newer = !setup.image || setup.image->incarnation < setup.self.incarnation;
        if (options.lease >= options.silence || options.degree == 0 || !newer) {
            return fail(Errc::corrupt, "a process cannot begin like this");
        }
        const ProcessId id = setup.self.id;
        const bool persists_state = options.persist_state;
        members_.erase(id);
        members_.emplace(id, Member{Process(std::move(setup)), Micros{0}, persists_state});
        ++done_.starts;
        return {};
    }

    Status step(const Json& json) {
        const auto id = json.at("process").get<ProcessId>();
        const auto found = members_.find(id);
        if (found == members_.end()) {
            return fail(Errc::corrupt,
                        "process " + std::to_string(id) + " was not started before it");
        }
        Member& member = found->second;
        const Micros now{json.at("at").get<Micros::rep>()};
        if (now < member.now) return fail(Errc::corrupt, "its time is before the last event's");
        member.now = now;
        TRIBUTARY_TRY(Input input, input_of(json.at("event").dump()));
        std::vector<Effect> made = member.process.step({now, std::move(input)});
        if (auto* persist = made.empty() ? nullptr : std::get_if<Persist>(&made.front());
            persist != nullptr && member.persists_state) {
            persist->image = member.process.image();
        }
        ++done_.steps;
        return compare(id, json.at("effects"), made);
    }

    Status compare(ProcessId id, const Json& recorded, const std::vector<Effect>& made) {
        for (std::size_t i = 0; i < std::max(recorded.size(), made.size()); ++i) {
            const std::string before = i < recorded.size() ? recorded.at(i).dump() : "nothing";
            const std::string now = i < made.size() ? text_of(made[i]) : "nothing";
            if (before != now) {
                return fail(Errc::corrupt, "effect " + std::to_string(i + 1) + " of process " +
                                               std::to_string(id) + " was " + shown(before) +
                                               " when it was recorded and is " + shown(now));
            }
            ++done_.effects;
        }
        return {};
    }

    Seal seal_;
    std::map<ProcessId, Member> members_;
    Replayed done_;
    bool ended_ = false;
};

}  // namespace

Result<Replayed> replay(std::istream& log) {
    Replayer replayer;
    std::string text;
    for (std::uint64_t number = 1; std::getline(log, text); ++number) {
        if (const Status read = replayer.line(text); !read) {
            return fail(read.error().with_context("line " + std::to_string(number)));
        }
    }
    return replayer.finish();
}

}  // namespace tributary::netlayer
