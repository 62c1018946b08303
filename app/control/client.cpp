#include "app/control/client.hpp"

#include <sys/socket.h>
#include <sys/time.h>

#include <nlohmann/json.hpp>

#include "app/control/unix_socket.hpp"

namespace tributary::app {

Result<ControlFrame> ask(const std::filesystem::path& state, const ControlFrame& request,
                         const ProgressSink& progress, std::chrono::seconds silence) {
    auto socket = UnixSocket::connect(state / kControlSocket);
    if (!socket) {
        Error error = socket.error();
        error.message +=
            ". Start it: tributary agent --state " + state.string() + " (or tributary coordinator)";
        return fail(error);
    }
    timeval wait{};
    wait.tv_sec = static_cast<time_t>(silence.count());
    ::setsockopt(socket->get(), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));

    TRIBUTARY_CHECK(send_frame(socket->get(), request));
    while (true) {
        TRIBUTARY_TRY(ControlFrame frame, receive_frame(socket->get()));
        const auto json = nlohmann::json::parse(frame.json, nullptr, false);
        if (json.is_object() && json.contains("progress")) {
            if (progress) progress(json["progress"].dump());
            continue;
        }
        TRIBUTARY_CHECK(frame_status(frame));
        return frame;
    }
}

}  // namespace tributary::app
