#include <CLI/CLI.hpp>
#include <iostream>

#include "app/cli/command.hpp"
#include "base/log.hpp"

namespace tributary::app {

namespace {

constexpr AddCommand kCommands[] = {
    add_coordinator, add_agent,    add_enroll,   add_contribute, add_query,   add_detect,
    add_models,      add_status,   add_evaluate, add_flows,      add_label,   add_experiment,
    add_bench,       add_simulate, add_train,    add_overlay,    add_version,
};

struct LogOptions {
    std::string level = "warning";
    std::string format = "text";
};

void add_log_options(CLI::App& root, LogOptions& options) {
    root.add_option("--log-level", options.level, "trace, debug, info, warning, error or off")
        ->envname("TRIBUTARY_LOG_LEVEL")
        ->check(CLI::IsMember({"trace", "debug", "info", "warning", "error", "off"}));
    root.add_option("--log-format", options.format, "text or json")
        ->envname("TRIBUTARY_LOG_FORMAT")
        ->check(CLI::IsMember({"text", "json"}));
}

int parse_failed(CLI::App& root, const CLI::ParseError& error) {
    // --help and --version end the parse by an exception too; they are no failure.
    const int code = root.exit(error, std::cout, std::cerr);
    return code == 0 ? kExitDone : kExitUsage;
}

}  // namespace

int exit_code(const Error& error) {
    switch (error.code) {
        case Errc::invalid_argument: return kExitUsage;
        case Errc::unreachable:
        case Errc::timeout:
        case Errc::disconnected: return kExitUnreachable;
        case Errc::permission: return kExitPermission;
        default: return kExitFailed;
    }
}

int run(int argc, const char* const* argv) {
    CLI::App root("Tributary: shared traffic classifiers that travel to the traffic");
    root.name("tributary");
    LogOptions log_options;
    add_log_options(root, log_options);
    Invocation invocation;
    root.fallthrough();  // before the commands are added: they inherit it
    for (const AddCommand add : kCommands) add(root, invocation);

    try {
        root.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return parse_failed(root, error);
    }
    if (!invocation.run) {
        std::cerr << root.help();
        return kExitUsage;
    }
    log::configure(log::parse_level(log_options.level, log::Level::warning),
                   log_options.format == "json" ? log::Format::json : log::Format::text);
    const auto code = invocation.run();
    if (!code) {
        std::cerr << "tributary: " << code.error().message << "\n";
        return exit_code(code.error());
    }
    std::cout.flush();
    return *code;
}

}  // namespace tributary::app
