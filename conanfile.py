# SPDX-License-Identifier: MIT
"""Conan recipe: builds from this tree. What a component requires stands in cmake/components.json.

ConanCenter has neither oneDNN nor xtensor-blas: gemm=onednn, eigen_bf16 and xtensor use what the
system has, and CMake says what is missing. Consumers use mgkit's own CMake package, with its
components, and the generator CMakeDeps for what it requires.
"""

import json
import os
import re

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load, rmdir
from conan.tools.scm import Version

required_conan_version = ">=2.4"

with open(os.path.join(os.path.dirname(__file__), "cmake", "components.json"), encoding="utf-8") as table:
    COMPONENTS = [row for row in json.load(table) if not row.get("default")]


class MgkitConan(ConanFile):
    name = "mgkit"
    description = "C++20 library that makes features of micro-gestures from poses, and scores them"
    license = "MIT"
    url = "https://github.com/conan-io/conan-center-index"
    homepage = "https://github.com/mgkit/mgkit"
    topics = ("micro-gesture", "skeleton", "pose", "self-supervised-learning", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    options = {
        "gemm": ["eigen", "openblas", "onednn"],
        "openmp": [True, False],
        **{row["name"]: [True, False] for row in COMPONENTS},
    }
    default_options = {
        "gemm": "eigen",
        "openmp": True,
        **{row["name"]: False for row in COMPONENTS},
        # Three headers of Hana are all that is used of Boost.
        "boost/*:header_only": True,
    }
    exports = "cmake/components.json"
    exports_sources = "CMakeLists.txt", "cmake/*", "include/*", "encoders/*", "LICENSE"
    no_copy_source = True

    def set_version(self):
        header = load(self, os.path.join(self.recipe_folder, "include", "mgkit", "version.hpp"))
        self.version = ".".join(re.findall(r"#define MGKIT_VERSION_\w+ (\d+)", header))

    def config_options(self):
        # Clang and AppleClang come without OpenMP's library.
        if "clang" in str(self.settings.compiler):
            self.options.openmp = False

    def configure(self):
        if self.options.compiled:
            self.package_type = "static-library"

    def layout(self):
        cmake_layout(self)

    def requirements(self):
        names = ["eigen/[>=3.4.0 <4]", "boost/[>=1.74.0 <2]", "nlohmann_json/[>=3.9.0 <4]"]
        if self.options.gemm == "openblas":
            names.append("openblas/[>=0.3.20 <1]")
        for row in COMPONENTS:
            if self.options.get_safe(row["name"]):
                names += row["conan"]
        for name in names:
            self.requires(name, transitive_headers=True, transitive_libs=True)

    def package_id(self):
        # Options decide what is installed; headers are the same for every compiler.
        if not self.info.options.compiled:
            self.info.settings.clear()
            self.info.requires.clear()

    def validate(self):
        try:
            check_min_cppstd(self, 20)
        except ConanInvalidConfiguration as problem:
            raise ConanInvalidConfiguration(f"add -s compiler.cppstd=20, or compiler.cppstd=20 to the "
                                            f"profile's settings: {problem}") from None
        for row in COMPONENTS:
            if self.options.get_safe(row["name"]) and row["gemm"] not in ("", str(self.options.gemm)):
                raise ConanInvalidConfiguration(f"add -o mgkit/*:gemm={row['gemm']}, whose products "
                                                f"{row['name']} needs")
        least = {"gcc": "12", "clang": "16"}.get(str(self.settings.compiler))
        if least and Version(self.settings.compiler.version) < least:
            raise ConanInvalidConfiguration(f"use {self.settings.compiler} {least} or later, found "
                                            f"{self.settings.compiler.version}")

    def generate(self):
        toolchain = CMakeToolchain(self)
        for part in ("TESTS", "EXAMPLES", "BENCHMARKS", "FUZZ"):
            toolchain.cache_variables[f"MGKIT_{part}"] = False
        toolchain.cache_variables["MGKIT_GEMM"] = str(self.options.gemm)
        toolchain.cache_variables["MGKIT_OPENMP"] = bool(self.options.openmp)
        for row in COMPONENTS:
            wanted = self.options.get_safe(row["name"])
            toolchain.cache_variables[row["option"]] = row["on" if wanted else "off"]
        toolchain.generate()
        CMakeDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        CMake(self).install()
        rmdir(self, os.path.join(self.package_folder, "share", "doc"))

    def package_info(self):
        # mgkit's own package has the components, and holds the choices of gemm and openmp.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs = [os.path.join("share", "cmake", "mgkit")]
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
        # What other build systems than CMake need to know.
        if self.options.gemm != "eigen":
            self.cpp_info.defines.append(f"MGKIT_GEMM_{str(self.options.gemm).upper()}=1")
        if self.options.simdjson:
            self.cpp_info.defines.append("MGKIT_JSON_SIMDJSON=1")
        if self.options.compiled:
            self.cpp_info.defines.append("MGKIT_COMPILED")
            self.cpp_info.libdirs = ["lib"]
            self.cpp_info.libs = ["mgkit_compiled"]
