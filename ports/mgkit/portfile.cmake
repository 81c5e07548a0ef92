# SPDX-License-Identifier: MIT
# The digest of a release: curl -L https://github.com/mgkit/mgkit/archive/refs/tags/v0.1.0.tar.gz | sha512sum
vcpkg_from_github(
    OUT_SOURCE_PATH SOURCE_PATH
    REPO mgkit/mgkit
    REF "v${VERSION}"
    SHA512 0
    HEAD_REF main
)

if("compiled" IN_LIST FEATURES)
    vcpkg_check_linkage(ONLY_STATIC_LIBRARY)
else()
    set(VCPKG_BUILD_TYPE release) # header-only
endif()

vcpkg_check_features(OUT_FEATURE_OPTIONS FEATURE_OPTIONS
    FEATURES
        compiled    MGKIT_COMPILED
        cuda        MGKIT_CUDA
        eigen-bf16  MGKIT_EIGEN_BF16
        openmp      MGKIT_OPENMP
        torch       MGKIT_TORCH
        xtensor     MGKIT_XTENSOR
)
set(products eigen)
if("onednn" IN_LIST FEATURES)
    set(products onednn)
elseif("openblas" IN_LIST FEATURES)
    set(products openblas)
endif()
set(parser nlohmann)
if("simdjson" IN_LIST FEATURES)
    set(parser simdjson)
endif()

vcpkg_cmake_configure(
    SOURCE_PATH "${SOURCE_PATH}"
    OPTIONS
        -DMGKIT_TESTS=OFF
        -DMGKIT_EXAMPLES=OFF
        -DMGKIT_BENCHMARKS=OFF
        -DMGKIT_FUZZ=OFF
        -DMGKIT_GEMM=${products}
        -DMGKIT_JSON=${parser}
        ${FEATURE_OPTIONS}
)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH share/cmake/mgkit)
vcpkg_fixup_pkgconfig()

file(REMOVE_RECURSE
    "${CURRENT_PACKAGES_DIR}/debug/include"
    "${CURRENT_PACKAGES_DIR}/debug/share"
    "${CURRENT_PACKAGES_DIR}/share/doc"
)
if(NOT "compiled" IN_LIST FEATURES)
    file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug" "${CURRENT_PACKAGES_DIR}/lib")
endif()
file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
