# SPDX-License-Identifier: MIT
# LibTorch of an installed Python package, its processor part alone: a target `torch` of libtorch_cpu
# and libc10. The package's own TorchConfig.cmake asks for a whole CUDA toolkit where the package was
# built for one.
#
#   cmake --preset release -DMGKIT_TORCH=ON -DMGKIT_TORCH_WHEEL=<...>/site-packages/torch
#         -DTorch_DIR=benchmarks/peers/torch_wheel

set(MGKIT_TORCH_WHEEL "" CACHE PATH "Folder `torch` of an installed Python package of PyTorch")
foreach(file lib/libtorch_cpu.so lib/libc10.so include/ATen/ATen.h)
    if(NOT EXISTS "${MGKIT_TORCH_WHEEL}/${file}")
        set(Torch_FOUND FALSE)
        set(Torch_NOT_FOUND_MESSAGE
            "MGKIT_TORCH_WHEEL='${MGKIT_TORCH_WHEEL}' holds no ${file}; it is the folder `torch` of an installed Python package")
        return()
    endif()
endforeach()

# The package brings headers of another oneDNN than the one we link.
set(own_headers "")
if(MGKIT_ONEDNN_INCLUDE_DIR)
    set(own_headers "${CMAKE_CURRENT_BINARY_DIR}/own_onednn")
    file(MAKE_DIRECTORY "${own_headers}")
    file(CREATE_LINK "${MGKIT_ONEDNN_INCLUDE_DIR}/oneapi" "${own_headers}/oneapi" SYMBOLIC)
endif()

if(NOT TARGET torch)
    add_library(torch INTERFACE IMPORTED GLOBAL)
    target_include_directories(
        torch INTERFACE ${own_headers} "${MGKIT_TORCH_WHEEL}/include"
                        "${MGKIT_TORCH_WHEEL}/include/torch/csrc/api/include")
    # Flags rather than paths: the package has an OpenMP library of its own beside these two, of
    # which CMake would warn for every program. What they need is found when a program starts.
    set(folder "${MGKIT_TORCH_WHEEL}/lib")
    target_link_libraries(torch INTERFACE -L${folder} -Wl,-rpath,${folder} -ltorch_cpu -lc10)
    target_link_options(torch INTERFACE -Wl,--allow-shlib-undefined)
endif()
set(Torch_FOUND TRUE)
