// SPDX-License-Identifier: MIT
// The main program of every test folder.
#define CATCH_CONFIG_RUNNER
#include "catch.hpp"

int main(int count, char** arguments) {
    return run_cases(count, arguments);
}
