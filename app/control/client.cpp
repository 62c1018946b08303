#include "app/control/client.hpp"

#include <sys/socket.h>
#include <sys/time.h>

#include <nlohmann/json.hpp>

#include "app/control/unix_socket.hpp"

namespace tributary::app {

namespace {

Error gone_away(const Error& error, const std::filesystem::path& state) {
    if (error.code != Errc::unreachable) return error;
    return {error.code, "the member at " + state.string() +
                            " ended before it answered: " + error.message +
                            ". Start it again as before. Contributions that it took wait in its "
                            "journal, see tributary status --state " +
                            state.string()};
}

}  // namespace

Result<ControlFrame> ask(const std::filesystem::path& state, const ControlFrame& request,
                         const ProgressSink& progress, std::chrono::seconds silence) {
    auto socket = UnixSocket::connect(state / kControlSocket);
    if (!socket) {
        Error error = socket.error();
        error.message +=
            ". Start the member first: tributary agent --state " + state.string() +
            " --name ORGANIZATION --invitation FILE, or tributary coordinator --state " +
            state.string();
        return fail(error);
    }
    timeval wait{};
    wait.tv_sec = static_cast<time_t>(silence.count());
    ::setsockopt(socket->get(), SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));

    TRIBUTARY_CHECK(send_frame(socket->get(), request));
    while (true) {
        auto received = receive_frame(socket->get());
        if (!received) return fail(gone_away(received.error(), state));
        const ControlFrame& frame = *received;
        const auto json = nlohmann::json::parse(frame.json, nullptr, false);
        if (json.is_object() && json.contains("progress")) {
            if (progress) progress(json["progress"].dump());
            continue;
        }
        TRIBUTARY_CHECK(frame_status(frame));
        return std::move(*received);
    }
}

}  // namespace tributary::app
