#include "app/cli/command.hpp"

int main(int argc, char** argv) {
    return tributary::app::run(argc, argv);
}
