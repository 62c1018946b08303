#include "app/cli/applications.hpp"

namespace tributary::app {

Result<Applications> load_applications() {
    std::error_code error;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
    if (error) {
        return fail(Errc::io, "cannot tell where this program lies: " + error.message() +
                                  ". Mount /proc, or leave --ndpi out");
    }
    Applications loaded;
    TRIBUTARY_TRY(loaded.watcher, datasets::ApplicationWatcher::load(
                                      datasets::ApplicationWatcher::ndpi_plugin_of(program)));
    loaded.labels = std::make_unique<datasets::ApplicationLabels>(*loaded.watcher);
    return loaded;
}

}  // namespace tributary::app
