# SPDX-License-Identifier: MIT
"""Builds and runs the smallest program against the package, with each component that it has."""

import os

from conan import ConanFile
from conan.tools.build import can_run
from conan.tools.cmake import CMake, CMakeToolchain, cmake_layout


class MgkitTestConan(ConanFile):
    settings = "os", "arch", "compiler", "build_type"
    generators = "CMakeDeps", "VirtualRunEnv"
    test_type = "explicit"

    def requirements(self):
        self.requires(self.tested_reference_str)

    def layout(self):
        cmake_layout(self)

    def generate(self):
        options = self.dependencies["mgkit"].options
        names = [name for name, value in options.items() if name != "openmp" and str(value) == "True"]
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["MGKIT_COMPONENTS"] = ";".join(["eigen", *names])
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def test(self):
        if can_run(self):
            self.run(os.path.join(self.cpp.build.bindir, "test_package"), env="conanrun")
